// The README's pictures of the page are made by a visit. They are written to
// docs/pictures where PICTURES is set, and thrown away elsewhere:
//
//     PICTURES=1 deno task test tests/e2e/page_pictures_test.ts

import { assert, assertEquals } from "@std/assert";
import { imageTypeOf } from "../../src/image/type.ts";
import { chromium } from "./chromium.ts";
import { startServer } from "./server.ts";

const KEY = "visitor";
const PICTURES = ["page.png", "page-many.png"];
/** Bytes that a picture may take. */
const MOST = 150_000;
const HERE = new URL("../../", import.meta.url);

Deno.test({
  name: "the pictures of the page are made anew",
  ignore: chromium === undefined,
  async fn() {
    const scratch = await Deno.makeTempDir();
    const folder = Deno.env.get("PICTURES") === undefined
      ? scratch
      : new URL("docs/pictures", HERE).pathname;
    const server = await startServer(["run", "-A", "routes/start.ts"], {
      HOST: "127.0.0.1",
      PORT: "0",
      STORE: "memory",
      ADMIN_KEY: KEY,
    });
    try {
      const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
        args: ["run", "-A", "tests/e2e/visit_pictures.ts"]
          .concat(chromium!, server.url, KEY, folder),
        cwd: HERE,
      }).output();
      const decoder = new TextDecoder();
      assertEquals(code, 0, decoder.decode(stderr));
      const { hosts, errors } = JSON.parse(decoder.decode(stdout));
      assertEquals([hosts, errors], [[], []]);
      for (const name of PICTURES) {
        const picture = await Deno.readFile(`${folder}/${name}`);
        assertEquals(imageTypeOf(picture), "png", name);
        assert(picture.length < MOST, `${name}: ${picture.length} bytes`);
      }
    } finally {
      await server.stop();
      await Deno.remove(scratch, { recursive: true });
    }
  },
});
