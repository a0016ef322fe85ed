// Reports in a browser, narrow, dark and printed, by look.ts. Ignored where there is
// no Chromium.

import { assert, assertEquals } from "@std/assert";
import { renderReport } from "../../src/report/report.ts";
import { fakeRun, MIXED_RUN, OFFICE_RUN } from "../report/fixture.ts";
import type { Look } from "./look.ts";

const PLACES = ["chromium", "chromium-browser", "google-chrome"];
const chromium = PLACES.map((name) => `/usr/bin/${name}`).find((path) => {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
});

async function look(html: string): Promise<Look> {
  const file = await Deno.makeTempFile({ suffix: ".html" });
  try {
    await Deno.writeTextFile(file, html);
    const { success, stdout, stderr } = await new Deno.Command(
      Deno.execPath(),
      {
        args: ["run", "-A", "tests/e2e/look.ts", chromium!, file],
        cwd: new URL("../../", import.meta.url),
      },
    ).output();
    const decoder = new TextDecoder();
    assert(success, decoder.decode(stderr));
    return JSON.parse(decoder.decode(stdout))[0];
  } finally {
    await Deno.remove(file);
  }
}

for (
  const [name, run] of Object.entries({
    "two heads of classes": OFFICE_RUN,
    "heads of three kinds": MIXED_RUN,
  })
) {
  Deno.test({
    name:
      `a report of ${name} fits a telephone, is read by everyone, and is printed whole`,
    ignore: chromium === undefined,
    fn: async () => {
      const seen = await look(renderReport(fakeRun(run)));
      assert(
        seen.scrolled.includes("Confusion matrix of the item head"),
        seen.scrolled.join(", "),
      );
      assertEquals({ ...seen, scrolled: [] }, {
        overflow: 0,
        scrolled: [],
        stuck: [],
        violations: [],
        cut: [],
        errors: [],
      });
    },
  });
}
