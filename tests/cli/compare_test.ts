import {
  assert,
  assertEquals,
  assertGreater,
  assertStringIncludes,
} from "@std/assert";
import { renderPng } from "../../src/cli/png.ts";
import { lineChart } from "../../src/report/chart/line.ts";
import { withFolder } from "../data/images.ts";
import { folderOf, task } from "./task.ts";

const FILES = folderOf(["indoors", "outdoors"], ["mug", "pen"], 8);

Deno.test("compare runs everything on a folder and writes one report", () =>
  withFolder(FILES, async (folder) => {
    const out = `${folder}/reports/compare.html`;
    const { code, stdout, stderr } = await task("compare", ...[
      "--data",
      `${folder}/data`,
      "--out",
      out,
      "--workers",
      "1",
      "--json",
    ]);
    assertEquals(code, 0, stderr);
    const { dataset, optimizers, heads, book } = JSON.parse(stdout);
    assertEquals(dataset.images, 32);
    assertEquals([optimizers, heads, book].map(({ length }) => length), [
      9,
      3,
      3,
    ]);
    const html = await Deno.readTextFile(out);
    assertStringIncludes(
      html,
      "32 images with labels for domain (2 classes), item (2 classes)",
    );
    assert(html.endsWith("</html>\n"));
  }));

Deno.test("compare says what it wants before it begins", async () => {
  const { code, stderr, stdout } = await task(
    "compare",
    "--charts",
    "somewhere",
  );
  assertEquals(code, 2);
  assertEquals(stdout, "");
  assertStringIncludes(
    stderr,
    "Cannot draw charts: expected --font FILE with --charts, got none",
  );
});

Deno.test("a chart becomes a PNG of one and a half times its size, with its lines in it", async () => {
  const draw = (points: [number, number][]) =>
    renderPng(
      lineChart({
        title: "",
        description: "A line.",
        x: { name: "x", low: 0, high: 1 },
        y: { name: "y", low: 0, high: 1 },
        series: [{ name: "", colour: 1, points }],
      }),
      new Uint8Array(),
    );
  const png = await draw([[0, 0], [1, 1]]);
  assertEquals([...png.subarray(0, 4)], [0x89, 0x50, 0x4e, 0x47]);
  const header = new DataView(png.buffer, png.byteOffset + 16, 8);
  assertEquals([header.getUint32(0), header.getUint32(4)], [660, 420]);
  const other = await draw([[0, 0.5], [1, 0.5]]);
  assertGreater(png.length, other.length);
});
