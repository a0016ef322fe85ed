// The model in the browser, in Chromium: the same answers as the server's, for
// images and for a camera, while the server is there and when it is gone. Ignored
// where there is no Chromium.

import {
  assert,
  assertEquals,
  assertGreater,
  assertLess,
  assertMatch,
} from "@std/assert";
import { decodeImage } from "../../src/image/decode.ts";
import { drawSketch } from "../../src/sketches/draw.ts";
import {
  encodePng,
  gradient,
  paint,
  type PlainImage,
  WHEEL,
} from "../image/fixtures.ts";
import { shared } from "../shared.ts";
import { chromium } from "./chromium.ts";
import type { LiveVisit } from "./live_visit.ts";

const DRAWN: [look: string, item: string][] = [
  ["amazon", "mug"],
  ["amazon", "bike"],
  ["webcam", "keyboard"],
  ["dslr", "scissors"],
  ["dslr", "phone"],
  ["webcam", "ruler"],
  ["amazon", "bottle"],
];
const PHOTOGRAPHS = [
  "amazon/mug/frame_0001.jpg",
  "dslr/ruler/frame_0001.jpg",
  "webcam/mouse/frame_0001.jpg",
];

/** Sizes that are no multiple of anything, and more than a strip of columns. */
const PAINTED = [
  gradient(1500, 40),
  WHEEL,
  paint(123, 77, (x, y) => [x * y % 256, (x ^ y) * 7 % 256, y * 3, 255]),
];

async function images(): Promise<PlainImage[]> {
  const photographs = PHOTOGRAPHS.map((path) => shared(`office31/${path}`))
    .filter((url) => url !== undefined);
  const decoded = photographs.map(async (url) =>
    (await decodeImage(await Deno.readFile(url))).pixels
  );
  const drawn = DRAWN.map(([look, item]) => drawSketch(look, item, 1));
  const pixels = [...drawn, ...await Promise.all(decoded)];
  return [
    ...pixels.map(({ width, height, data }) => ({
      width,
      height,
      data: new Uint8ClampedArray(data),
    })),
    ...PAINTED,
  ];
}

/** A film of images of one size, half a second each, for a camera to show. */
function film(images: readonly PlainImage[]): Uint8Array[] {
  const [{ width, height }] = images as [PlainImage];
  const text = (line: string) => new TextEncoder().encode(`${line}\n`);
  return [
    text(`YUV4MPEG2 W${width} H${height} F30:1 Ip A1:1 C420jpeg`),
    ...images.flatMap((image) =>
      new Array(15).fill([text("FRAME"), planesOf(image)]).flat()
    ),
  ];
}

/** Y, and of every second row and column U and V (ITU-T T.871, 7). */
function planesOf({ width, height, data }: PlainImage): Uint8Array {
  const at = (x: number, y: number) =>
    data.subarray(4 * (y * width + x), 4 * (y * width + x) + 3);
  const plane = (
    step: number,
    value: (rgb: Uint8ClampedArray) => number,
  ): Uint8ClampedArray =>
    Uint8ClampedArray.from(
      { length: width * height / step ** 2 },
      (_, i) => {
        const x = step * i % width;
        return value(at(x, step * Math.floor(step * i / width)));
      },
    );
  return new Uint8Array([
    ...plane(1, ([r, g, b]) => 0.299 * r! + 0.587 * g! + 0.114 * b!),
    ...plane(2, ([r, g, b]) => 128 - 0.1687 * r! - 0.3313 * g! + 0.5 * b!),
    ...plane(2, ([r, g, b]) => 128 + 0.5 * r! - 0.4187 * g! - 0.0813 * b!),
  ]);
}

async function visit(folder: string): Promise<LiveVisit> {
  const all = await images();
  for (const [i, image] of all.entries()) {
    const name = `${String(i).padStart(2, "0")}.png`;
    await Deno.writeFile(`${folder}/${name}`, encodePng(image));
  }
  const camera = await Deno.create(`${folder}/camera.y4m`);
  for (const part of film(all.slice(0, 2))) await camera.write(part);
  camera.close();
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "tests/e2e/live_visit.ts", chromium!, folder],
    cwd: new URL("../../", import.meta.url),
  }).output();
  const decoder = new TextDecoder();
  assertEquals(code, 0, decoder.decode(stderr));
  return JSON.parse(decoder.decode(stdout));
}

Deno.test({
  name: "the page answers as the server does, live and without it",
  ignore: chromium === undefined,
  async fn(t) {
    const folder = await Deno.makeTempDir();
    const seen = await visit(folder)
      .finally(() => Deno.remove(folder, { recursive: true }));

    await t.step("ten PNGs have equal answers, to the last digit", () => {
      assert(seen.compared.length >= 10);
      for (const { name, here, server } of seen.compared) {
        assertEquals(here, server, name);
      }
    });

    await t.step("the page is painted before the weights are asked for", () => {
      assert(seen.paintedFirst);
    });

    await t.step("a correction costs the heads, and is in the answers", () => {
      const files = seen.fetched.filter(({ path }) =>
        path.startsWith("/model")
      );
      const [base, nothing, ...rest] = files;
      assertEquals([base!.path, nothing!.path], [
        "/model?version=0",
        "/model?since=0",
      ]);
      assertEquals(nothing!.status, 304);
      const changed = rest.filter(({ status }) => status === 200);
      assertEquals(changed.map(({ path }) => path), ["/model?since=0"]);
      assertLess(changed[0]!.bytes, base!.bytes / 30);
      for (const { name, here, server } of seen.afterTeaching) {
        assertEquals(here, server, name);
        const before = seen.compared.find((each) => each.name === name)!;
        assert(JSON.stringify(before.here) !== JSON.stringify(here));
      }
    });

    await t.step("the camera is classified live, by the new version", () => {
      assertMatch(seen.live.note, /by version 1, in this browser\. /);
      assertEquals(seen.live.bars.length, 6);
      for (const bar of seen.live.bars) assertMatch(bar, /^[a-z ]+ [\d.]+\s%$/);
      assertGreater(seen.live.rate, 0);
    });

    await t.step("without the server the camera goes on, and says so", () => {
      assertMatch(seen.away.note, /^The server is out of reach\. /);
      assertEquals(seen.away.bars.length, 6);
    });

    await t.step("without the server a file is answered here, the same", () => {
      const { note, bars, barsBefore } = seen.dropped;
      assertMatch(note, /this browser answered, by version 1\.$/);
      assertEquals(bars, barsBefore);
      assert(bars.length > 0);
    });

    await t.step("what this browser answered can be taught", () => {
      const { match, served } = seen.lesson;
      assertMatch(match, /^"sha256-[0-9a-f]{64}"$/);
      assertEquals(match, served);
    });

    await t.step(
      "a machine without fused multiply-add has the same answers",
      () => {
        for (const { name, here, server } of seen.emulated) {
          assertEquals(here, server, name);
        }
        const kernels = (fetched: LiveVisit["fetched"]) =>
          fetched.map(({ path }) => path).filter((path) =>
            path.endsWith(".wasm")
          );
        assertEquals(kernels(seen.fetched), ["/page/kernels.wasm"]);
        assert(
          kernels(seen.fetchedEmulated).includes("/page/kernels.emulated.wasm"),
        );
      },
    );

    await t.step(
      "where a version is gone, all of the model comes again",
      () => {
        const files = seen.fetchedEmulated.map(({ path, status }) =>
          `${path} ${status}`
        ).filter((file) => file.startsWith("/model"));
        assertEquals(files, [
          "/model?version=0 200",
          "/model?since=0 304",
          "/model?since=0 404",
          "/model 200",
        ]);
      },
    );

    await t.step("nothing else is fetched, and nothing goes wrong", () => {
      const { hosts, errors, violations } = seen;
      assertEquals({ hosts, errors, violations }, {
        hosts: [],
        errors: [],
        violations: [],
      });
    });
  },
});
