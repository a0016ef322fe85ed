// Test images of other people's decoders: libpng's, libjpeg-turbo's, libwebp's and
// giflib's, which tests/image/others.sh fetches into the folder TEST_IMAGES. Each is
// predicted, but for those of a table that says why not; and where ImageMagick is
// installed, what it opens has the pixels that it sees.

import { assert, assertEquals, assertMatch } from "@std/assert";
import { DEFAULT_LIMITS } from "../../src/image/limits.ts";
import { decodeImage } from "../../src/image/decode.ts";
import { IMAGES, postImage, withApp } from "../routes/fixture.ts";

const FOLDER = Deno.env.get("TEST_IMAGES");
if (FOLDER === undefined) {
  console.log(
    "Other people's images are left out: TEST_IMAGES names no folder.",
  );
}

const IMAGE = /\.(png|jpe?g|gif|webp|bmp|ppm)$/i;

/** What is refused: which file, how, and why. */
const REFUSED: readonly [
  file: RegExp,
  status: number,
  detail: RegExp,
  why: string,
][] = [
  [
    /testimages\/testimgari\.jpg$/,
    415,
    /arithmetic coding is not supported/,
    "Arithmetic coding was patented; neither browsers nor cameras know it.",
  ],
  [
    /testimages\/testorig12\.jpg$/,
    415,
    /12 bits per sample is not supported/,
    "Browsers do not open it, and ImageMagick does not.",
  ],
  [
    /crashers\/huge_.*\.png$/,
    400,
    /expected a whole png/,
    "A chunk promises a gigabyte, the file has 57 or 79 bytes, and no pixels.",
  ],
  [
    /crashers\/bad(adler|crc)\.png$/,
    400,
    /expected a whole png/,
    "A checksum of the pixels is wrong: they are not those that were written.",
  ],
  [
    /crashers\/bad_iCCP\.png$/,
    400,
    /expected a whole png/,
    "A profile, and then neither pixels nor an end.",
  ],
  [
    /\.(bmp|ppm)$/,
    415,
    /expected JPEG, PNG, WebP or GIF/,
    "Not among the types that are read.",
  ],
];

/** Files that say that light is linear in their numbers, which ImageMagick heeds: here they stay as they are. */
const LINEAR_GAMMA = 100_000;

/** How much is decoded at most otherwise than by ImageMagick: the rounding of 16 bits, and of an inverse cosine. */
const TOLERANCE = 2;

async function* imagesIn(folder: string): AsyncGenerator<string> {
  for await (const { name, isDirectory, isFile } of Deno.readDir(folder)) {
    const path = `${folder}/${name}`;
    if (isDirectory) yield* imagesIn(path);
    else if (isFile && IMAGE.test(name)) yield path;
  }
}

const images = FOLDER === undefined
  ? []
  : (await Array.fromAsync(imagesIn(FOLDER))).sort();

Deno.test({
  name:
    "every image of others is predicted, or refused for a reason in the table",
  ignore: FOLDER === undefined,
  async fn() {
    assert(images.length > 250, `${images.length} images in TEST_IMAGES`);
    const used = new Set<RegExp>();
    const limits = { bodyBytes: DEFAULT_LIMITS.bytes, pixels: 25_000_000 };
    await withApp({ limits }, async (app) => {
      for (const path of images) {
        const bytes = await Deno.readFile(path);
        const answer = await postImage(app, "/predict", bytes);
        const body = await answer.json();
        const refused = REFUSED.find(([file]) => file.test(path));
        assertEquals(
          answer.status,
          refused?.[1] ?? 200,
          `${path}: ${body.detail}`,
        );
        if (refused === undefined) continue;
        assertMatch(body.detail, refused[2], path);
        used.add(refused[0]);
      }
      assertEquals((await postImage(app, "/predict", IMAGES.png)).status, 200);
    });
    const unused = REFUSED.filter(([file]) => !used.has(file));
    assertEquals(unused, [], "lines of the table without an image");
  },
});

/** What ImageMagick makes of the first frame: RGBA of 8 bits, or undefined where it gives up. */
async function byImageMagick(path: string): Promise<Uint8Array | undefined> {
  const { code, stdout } = await new Deno.Command("bash", {
    args: ["-c", 'convert "$1[0]" -depth 8 rgba:-', "bash", path],
    stderr: "null",
  }).output();
  return code === 0 ? stdout : undefined;
}

async function hasImageMagick(): Promise<boolean> {
  const { code } = await new Deno.Command("bash", {
    args: ["-c", "convert -version"],
    stdout: "null",
    stderr: "null",
  }).output();
  return code === 0;
}

/** The number in a PNG's gAMA chunk, before its pixels. */
function gammaOf(png: Uint8Array): number | undefined {
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength);
  for (let at = 8; at + 12 <= png.length; at += 12 + view.getUint32(at)) {
    const type = String.fromCharCode(...png.subarray(at + 4, at + 8));
    if (type === "gAMA" && view.getUint32(at) === 4) {
      return view.getUint32(at + 8);
    }
    if (type === "IDAT") break;
  }
  return undefined;
}

/** The largest difference of two images, each colour as far as it is opaque. */
function distance(a: Uint8Array, b: Uint8Array): number {
  assertEquals(a.length, b.length);
  let most = 0;
  for (let i = 0; i < a.length; i++) {
    const alpha = i | 3;
    const [x, y] = i === alpha
      ? [a[i]!, b[i]!]
      : [a[i]! * a[alpha]! / 255, b[i]! * b[alpha]! / 255];
    most = Math.max(most, Math.abs(x - y));
  }
  return most;
}

Deno.test({
  name: "images of others have the pixels that ImageMagick sees",
  ignore: FOLDER === undefined || !(await hasImageMagick()),
  async fn() {
    let compared = 0;
    for (const path of images) {
      if (REFUSED.some(([file]) => file.test(path))) continue;
      const bytes = await Deno.readFile(path);
      if (/\.png$/.test(path) && gammaOf(bytes) === LINEAR_GAMMA) continue;
      const seen = await byImageMagick(path);
      if (seen === undefined) continue;
      const { pixels } = await decodeImage(bytes);
      const most = distance(new Uint8Array(pixels.data), seen);
      assert(most <= TOLERANCE, `${path}: a difference of ${most}`);
      compared++;
    }
    assert(compared > 150, `${compared} images were compared`);
  },
});
