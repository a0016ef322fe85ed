// Comparing ways to adapt, by the command line.

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { withFolder } from "../data/images.ts";
import { folderOf, SMALL, task } from "./task.ts";

const FILES = folderOf(["indoors", "outdoors"], ["cup", "mug", "pen"], 5);
const PAIR = ["--source", "indoors", "--target", "outdoors"];

Deno.test("adapt tells what each way comes to, and writes a report", () =>
  withFolder(FILES, async (folder) => {
    const adapt = (...more: string[]) =>
      task(
        ...["adapt", "--data", `${folder}/data`, ...PAIR],
        ...["--shots", "2", "--draws", "2", "--curve", "0,1"],
        ...["--epochs", "2", ...SMALL, ...more],
      );
    const report = `${folder}/reports/adapt.html`;
    const { code, stdout, stderr } = await adapt("--report", report);
    assertEquals(code, 0, stderr);
    assertStringIncludes(stdout, "indoors → outdoors: item by 2 shots");
    assertStringIncludes(stdout, "joint, then discriminants");
    const page = await Deno.readTextFile(report);
    assertStringIncludes(page, "By 2 labelled images of each class");
    assert(!page.includes("--report"), "the command is that of the figures");

    const again = await adapt("--json", "--by", "domain");
    assertEquals(again.code, 0, again.stderr);
    const { points, perClass, seconds } = JSON.parse(again.stdout);
    assertEquals(points.map(({ shots }: { shots: number }) => shots), [
      0,
      1,
      2,
    ]);
    assertEquals(perClass, 8);
    assert(seconds > 0);
  }));

Deno.test("adapt says what it wants before it trains", () =>
  withFolder(FILES, async (folder) => {
    const refuse = async (args: string[], message: string) => {
      const { code, stderr } = await task(
        ...["adapt", "--data", `${folder}/data`, ...args],
      );
      assertEquals(code, 2, stderr);
      assertStringIncludes(stderr, message);
      return stderr;
    };
    const told = await refuse(
      ["--source", "indoors"],
      "expected --target GROUP, got none",
    );
    assert(!told.includes("Describing"), told);
    await refuse([...PAIR, "--curve", "0,x"], "Cannot read --curve");
    await refuse([...PAIR, "--shots", "0"], "expected a whole number ≥ 1");
    await refuse(
      ["--source", "indoors", "--target", "moon"],
      'Cannot find the domain "moon": expected one of indoors, outdoors',
    );
  }));
