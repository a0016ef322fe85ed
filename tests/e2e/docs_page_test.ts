// The page that shows the API, in a browser: a visit by docs_visit.ts. Ignored where
// there is no Chromium.

import { assertEquals } from "@std/assert";
import { IMAGES } from "../routes/fixture.ts";
import { modelBytes } from "../service/fixture.ts";
import { chromium } from "./chromium.ts";
import type { DocsVisit } from "./docs_visit.ts";
import { startServer, withFolder } from "./server.ts";

Deno.test({
  name: "a prediction is tried on /docs, and nothing is said on the console",
  ignore: chromium === undefined,
  fn: () =>
    withFolder(modelBytes({ guard: false }), async ({ model, store }) => {
      const image = `${model}.png`;
      await Deno.writeFile(image, IMAGES.png);
      const server = await startServer(["run", "-A", "routes/start.ts"], {
        HOST: "127.0.0.1",
        PORT: "0",
        MODEL: model,
        STORE: store,
      });
      try {
        const { code, stdout, stderr } = await new Deno.Command(
          Deno.execPath(),
          {
            args: ["run", "-A", "tests/e2e/docs_visit.ts"]
              .concat(chromium!, server.url, image),
            cwd: new URL("../../", import.meta.url),
          },
        ).output();
        const decoder = new TextDecoder();
        assertEquals(code, 0, decoder.decode(stderr));
        const visit: DocsVisit = JSON.parse(decoder.decode(stdout));
        assertEquals(visit.console, []);
        assertEquals(visit.hosts, []);
        assertEquals(visit.status.trim(), "200");
        assertEquals(JSON.parse(visit.answer).predictions.length, 1);
      } finally {
        await server.stop();
      }
    }),
});
