// Images as cameras, printers and old programs write them: what a viewer opens is
// decoded, what has lost data is refused as malformed, and what is valid but not
// supported is named.

import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { ImageError } from "../../src/errors.ts";
import { decodeImage } from "../../src/image/decode.ts";
import { tidyJpeg } from "../../src/image/decoders/jpeg_tidy.ts";
import { shared } from "../shared.ts";
import {
  animateWebp,
  bytesOf,
  encodeGif,
  encodeJpeg,
  encodePng,
  encodeWebp,
  exif,
  gradient,
  integer,
  paint,
  type PlainImage,
  pngChunk,
  withExif,
} from "./fixtures.ts";

const IMAGE = gradient(64, 48);
const BASELINE = await encodeJpeg(IMAGE);
const PROGRESSIVE = await encodeJpeg(IMAGE, { progressive: true });
const END = "\xff\xd9";
const NOTES = `\0\0\x01\x0a${"camera notes ".repeat(20)}`;

async function pixelsOf(image: Uint8Array): Promise<number[]> {
  return [...(await decodeImage(image)).pixels.data];
}

async function assertRefused(
  image: Uint8Array,
  reason: string,
  message: RegExp,
): Promise<void> {
  const error = await assertRejects(() => decodeImage(image), ImageError);
  assertEquals(error.reason, reason);
  assertMatch(error.message, message);
  assert(error.message.length < 250);
}

const fixture = (name: string) =>
  Deno.readFile(new URL(`./fixtures/${name}`, import.meta.url));

/** The largest difference from one colour. */
async function distance(
  image: Uint8Array,
  color: readonly [number, number, number],
): Promise<number> {
  const differences = (await pixelsOf(image)).map((value, i) =>
    Math.abs(value - [...color, 255][i % 4]!)
  );
  return Math.max(...differences);
}

Deno.test("a JPEG whose end is missing, or followed by a camera's notes, is decoded whole", async () => {
  for (const jpeg of [BASELINE, PROGRESSIVE]) {
    const open = jpeg.subarray(0, -2);
    const expected = await pixelsOf(jpeg);
    const variants = [
      open,
      bytesOf(open, NOTES),
      bytesOf(jpeg, NOTES),
      bytesOf(jpeg, jpeg), // a second image, as stereo cameras add it
      bytesOf(open, "\0", END),
    ];
    for (const variant of variants) {
      assertEquals(await pixelsOf(variant), expected);
    }
  }
});

Deno.test("a JPEG that has lost data is refused, whatever its end says", async () => {
  for (const jpeg of [BASELINE, PROGRESSIVE]) {
    for (const share of [0.3, 0.6, 0.9]) {
      const cut = jpeg.subarray(0, jpeg.length * share);
      for (const variant of [cut, bytesOf(cut, END), bytesOf(cut, jpeg)]) {
        await assertRefused(variant, "malformed", /JPEG|jpeg/);
      }
    }
  }
});

/** Where the headers of a JPEG's scans begin. */
function scansOf(jpeg: Uint8Array): number[] {
  return [...jpeg.keys()].filter((at) =>
    jpeg[at] === 0xff && jpeg[at + 1] === 0xda
  );
}

Deno.test("a JPEG that ends between two scans is refused, for it is blurred", async () => {
  const scans = scansOf(PROGRESSIVE);
  assert(scans.length > 2);
  for (const [i, scan] of scans.entries()) {
    const cut = PROGRESSIVE.subarray(0, scan);
    const expected = i === 0 ? /jpeg/ : /scans are missing/;
    for (const variant of [cut, bytesOf(cut, END)]) {
      await assertRefused(variant, "malformed", expected);
    }
  }
});

Deno.test("a JPEG with a scan that comes twice is refused before it is decoded", async () => {
  for (const jpeg of [PROGRESSIVE, await fixture("three_scans.jpg")]) {
    const last = jpeg.subarray(scansOf(jpeg).at(-1)!);
    const twice = bytesOf(jpeg.subarray(0, -2), last);
    await assertRefused(twice, "malformed", /scans comes twice/);
  }
});

Deno.test("a JPEG with a scan for each component is decoded, and refused without the last", async () => {
  const jpeg = await fixture("three_scans.jpg");
  const { pixels } = await decodeImage(jpeg);
  assertEquals([pixels.width, pixels.height], [16, 16]);
  const cut = jpeg.subarray(0, scansOf(jpeg).at(-1)!);
  for (const variant of [cut, bytesOf(cut, END)]) {
    await assertRefused(variant, "malformed", /scans are missing/);
  }
});

Deno.test("lost data is noticed behind what is odd and harmless", async () => {
  const odd: [string, (jpeg: Uint8Array) => Uint8Array][] = [
    ["bytes between segments", (jpeg) => spliced(jpeg, 20, "\0\0\0")],
    ["a JFIF version of the future", (jpeg) => patched(jpeg, 11, 7)],
    [
      "an Adobe transform of the future",
      (jpeg) => spliced(jpeg, 2, "\xff\xee\0\x0eAdobe\0\x64\0\0\0\0\x09"),
    ],
  ];
  const expected = await pixelsOf(BASELINE);
  for (const [name, change] of odd) {
    assertEquals(await pixelsOf(change(BASELINE)), expected, name);
    const cut = bytesOf(change(BASELINE).subarray(0, BASELINE.length / 2), END);
    await assertRefused(cut, "malformed", /premature end/);
  }
});

Deno.test("a JPEG without oddities is handed to the decoder as it came", () => {
  for (const jpeg of [BASELINE, PROGRESSIVE]) assert(tidyJpeg(jpeg) === jpeg);
});

Deno.test("inks are shown as colours, as Adobe's programs store them, marker or not", async () => {
  const cmyk = await fixture("cmyk.jpg");
  const color = [208, 45, 191] as const;
  assert(await distance(cmyk, color) <= 2);
  assert(await distance(await fixture("ycck.jpg"), color) <= 3);
  const unmarked = bytesOf(cmyk.subarray(0, 2), cmyk.subarray(18));
  assert(await distance(unmarked, color) <= 2);
  assert(await distance(unmarked.subarray(0, -2), color) <= 2);
  await assertRefused(
    bytesOf(cmyk.subarray(0, cmyk.length - 12), END),
    "malformed",
    /jpeg/,
  );
});

Deno.test("inks at a lower resolution, in several scans, are shown as libjpeg shows them", async () => {
  // inks.png: ImageMagick's CMYK (libjpeg 6b's, smoothed) by the equation in inks.ts.
  const [inks, expected] = await Promise.all(
    ["inks.jpg", "inks.png"].map(async (name) => pixelsOf(await fixture(name))),
  );
  const apart = inks!.map((value, i) => Math.abs(value - expected![i]!));
  assert(Math.max(...apart) <= 3);
});

Deno.test("an orientation is read from every type of number it is written in", async () => {
  for (const littleEndian of [false, true]) {
    for (const type of [1, 3, 4, 6, 8, 9] as const) {
      const jpeg = withExif(BASELINE, exif(6, littleEndian, type));
      assertEquals((await decodeImage(jpeg)).header.orientation, 6);
    }
  }
});

Deno.test("an orientation is read wherever its segment stands before the pixels", async () => {
  const [scan] = scansOf(BASELINE);
  const segment = withExif(BASELINE, exif(6)).subarray(
    2,
    withExif(BASELINE, exif(6)).length - BASELINE.length + 2,
  );
  const jpeg = bytesOf(
    BASELINE.subarray(0, scan),
    segment,
    BASELINE.subarray(scan),
  );
  assertEquals((await decodeImage(jpeg)).header.orientation, 6);
});

Deno.test("an orientation is read behind the prefix that only JPEG needs", async () => {
  const chunks = [pngChunk("eXIf", bytesOf("Exif\0\0", exif(6)))];
  const { header } = await decodeImage(encodePng(IMAGE, { chunks }));
  assertEquals(header.orientation, 6);
});

Deno.test("a GIF is decoded on the screen that browsers take it to have", async () => {
  const frame = { x: 3, y: 2, width: 10, height: 8, gray: 80 };
  const shade = (inside: boolean) =>
    [
      inside ? 80 : 0,
      inside ? 80 : 0,
      inside ? 80 : 0,
      inside ? 255 : 0,
    ] as const;
  const cases: [{ width: number; height: number }, PlainImage][] = [
    [{ width: 0, height: 0 }, paint(10, 8, () => shade(true))],
    [{ width: 5, height: 5 }, paint(10, 8, () => shade(true))],
    [
      { width: 12, height: 9 },
      paint(12, 9, (x, y) => shade(x >= 3 && y >= 2)),
    ],
  ];
  for (const [screen, expected] of cases) {
    const { pixels } = await decodeImage(encodeGif(screen, frame));
    assertEquals([pixels.width, pixels.height], [
      expected.width,
      expected.height,
    ]);
    assertEquals([...pixels.data], [...expected.data]);
  }
});

Deno.test("a GIF with an extension that nobody knows, or an image without a size, is decoded", async () => {
  const frame = { x: 0, y: 0, width: 10, height: 8, gray: 80 };
  const gif = encodeGif(frame, frame);
  const palette = 13 + (3 << ((gif[10]! & 7) + 1));
  const image = gif.indexOf(0x2c, palette);
  const sizeless = gif.slice();
  sizeless.fill(0, image + 5, image + 7);
  const variants = [
    spliced(gif, palette, "!\x77\x03abc\0!\xf9\x04\0\0\0\0\0"),
    sizeless,
  ];
  for (const variant of variants) {
    assertEquals(await pixelsOf(variant), await pixelsOf(gif));
  }
});

Deno.test("a WebP that ends in the text behind its image is decoded, and one that ends before is not", async () => {
  for (const options of [{ quality: 90 }, { lossless: 1 }]) {
    const webp = await encodeWebp(IMAGE, options);
    const expected = await pixelsOf(webp);
    const more = webp.slice();
    new DataView(more.buffer).setUint32(4, webp.length + 100, true);
    assertEquals(await pixelsOf(more), expected);
    assertEquals(await pixelsOf(bytesOf(more, "EXIF\x50\0\0\0II*")), expected);
    for (const image of [webp, more]) {
      await assertRefused(image.subarray(0, -20), "malformed", /webp/);
    }
  }
});

Deno.test("an animation is its first frame, at its place", async () => {
  const size = { width: IMAGE.width, height: IMAGE.height };
  const still = await encodeWebp(IMAGE, { lossless: 1 });
  const other = await encodeWebp(paint(64, 48, () => [9, 9, 9, 255]), {
    lossless: 1,
  });
  const whole = { ...size, x: 0, y: 0 };
  assertEquals(
    await pixelsOf(animateWebp(size, [
      { webp: still, ...whole },
      { webp: other, ...whole },
    ])),
    await pixelsOf(still),
  );
  const canvas = { width: 70, height: 50 };
  const { pixels } = await decodeImage(
    animateWebp(canvas, [{ webp: other, ...size, x: 4, y: 2 }]),
  );
  assertEquals(
    [...pixels.data],
    [
      ...paint(70, 50, (x, y) => {
        const inside = x >= 4 && x < 68 && y >= 2;
        return inside ? [9, 9, 9, 255] : [0, 0, 0, 0];
      }).data,
    ],
  );
  await assertRefused(animateWebp(size, []), "malformed", /webp/);
  const larger = { ...whole, width: 128 };
  await assertRefused(
    animateWebp(size, [{ webp: still, ...larger }]),
    "malformed",
    /webp/,
  );
});

/** A PNG whose animation shows `first` at (2, 1), before or behind its main image. */
function animatePng(main: PlainImage, first: PlainImage): Uint8Array {
  const dataOf = (png: Uint8Array) => {
    const start = new TextDecoder("latin1").decode(png).indexOf("IDAT");
    const length = new DataView(png.buffer).getUint32(start - 4);
    return png.subarray(start + 4, start + 4 + length);
  };
  const control = bytesOf(
    integer(0, 4),
    integer(first.width, 4),
    integer(first.height, 4),
    integer(2, 4),
    integer(1, 4),
    new Uint8Array(6),
  );
  const png = encodePng(main, {
    chunks: [pngChunk("acTL", new Uint8Array(8))],
  });
  const data = dataOf(encodePng(first));
  return bytesOf(
    png.subarray(0, -12),
    pngChunk("fcTL", control),
    pngChunk("fdAT", bytesOf(integer(1, 4), data.subarray(0, 10))),
    pngChunk("fdAT", bytesOf(integer(2, 4), data.subarray(10))),
    pngChunk("fcTL", control),
    pngChunk("fdAT", bytesOf(integer(4, 4), "other")),
    pngChunk("IEND", new Uint8Array()),
  );
}

Deno.test("an animated PNG is its first frame, too, be it the main image or not", async () => {
  const main = paint(9, 7, () => [1, 2, 3, 255]);
  const first = paint(5, 4, (x, y) => [9 * x, 9 * y, 50, 255]);
  const hidden = animatePng(main, first);
  assertEquals(
    await pixelsOf(hidden),
    [
      ...paint(9, 7, (x, y) => {
        const inside = x >= 2 && x < 7 && y >= 1 && y < 5;
        return inside ? [9 * (x - 2), 9 * (y - 1), 50, 255] : [0, 0, 0, 0];
      }).data,
    ],
  );
  const chunks = ["acTL", "fcTL"].map((type) =>
    pngChunk(type, new Uint8Array(26))
  );
  assertEquals(await pixelsOf(encodePng(main, { chunks })), [...main.data]);
});

Deno.test("a PNG or GIF without its end mark, or with more behind it, is decoded whole", async () => {
  const images = [
    encodePng(IMAGE),
    encodeGif(IMAGE, { x: 0, y: 0, width: 64, height: 48, gray: 80 }),
  ];
  const markBytes = [12, 1];
  for (const [i, image] of images.entries()) {
    const expected = await pixelsOf(image);
    const open = image.subarray(0, -markBytes[i]!);
    for (const variant of [open, bytesOf(image, NOTES)]) {
      assertEquals(await pixelsOf(variant), expected);
    }
  }
});

Deno.test("a PNG with more data than pixels, or that ends behind its last pixel, is decoded", async () => {
  const { deflateSync, inflateSync } = await import("node:zlib");
  const expected = await pixelsOf(encodePng(IMAGE));
  const png = encodePng(IMAGE);
  const start = new TextDecoder("latin1").decode(png).indexOf("IDAT") + 4;
  const data = png.subarray(start, png.length - 16);
  const lines = inflateSync(data);
  const of = (data: Uint8Array) =>
    bytesOf(
      png.subarray(0, start - 8),
      pngChunk("IDAT", data),
      pngChunk("IEND", new Uint8Array()),
    );
  const deflated = (lines: Uint8Array) => new Uint8Array(deflateSync(lines));
  const whole = [
    of(deflated(bytesOf(lines, new Uint8Array(500)))),
    of(data.subarray(0, -4)), // without the checksum of the lines
    png.subarray(0, -14), // in the chunk's checksum
    png.subarray(0, -18), // in that of the lines
  ];
  for (const variant of whole) {
    assertEquals(await pixelsOf(variant), expected);
  }
  const damaged = [
    of(deflated(lines.subarray(0, -1))),
    of(bytesOf(data.subarray(0, -4), "abcd")),
    of(deflated(bytesOf(lines, new Uint8Array(1e6)))),
    png.subarray(0, -30),
    patched(png, png.length - 14, png[png.length - 14]! ^ 1),
  ];
  for (const variant of damaged) {
    await assertRefused(variant, "malformed", /png/);
  }
});

Deno.test("a PNG's text may be large when it is unpacked, for it is not", async () => {
  const { deflateSync } = await import("node:zlib");
  const zeros = new Uint8Array(deflateSync(new Uint8Array(5e7)));
  const chunks = ["iCCP", "zTXt"].map((type) =>
    pngChunk(type, bytesOf("a\0\0", zeros))
  );
  assertEquals(
    await pixelsOf(encodePng(IMAGE, { chunks })),
    await pixelsOf(encodePng(IMAGE)),
  );
});

Deno.test("other types of file are refused with their name and what to do", async () => {
  const box = (brand: string, ...more: string[]) =>
    bytesOf(
      integer(16 + 4 * more.length, 4),
      "ftyp",
      brand,
      "\0\0\0\0",
      ...more,
    );
  const files: [Uint8Array, RegExp][] = [
    [box("heic", "mif1"), /got HEIC: .*JPEG/],
    [box("mif1", "heic"), /got HEIC: /],
    [box("avif"), /got AVIF: convert/],
    [box("mif1", "avif"), /got AVIF: /],
    [box("isom"), /got video: .*image/],
    [bytesOf("II*\0"), /got TIFF: convert/],
    [bytesOf("MM\0*"), /got TIFF: /],
    [bytesOf("BM"), /got BMP: /],
    [bytesOf("\x1f\x8b\x08"), /got gzip: .*without compression/],
    [bytesOf("%PDF-1.7"), /got PDF: /],
    [bytesOf("\xff\x0a"), /got JPEG XL: /],
    [bytesOf('\n<svg xmlns="http://www.w3.org/2000/svg">'), /got SVG: /],
    [bytesOf('<?xml version="1.0"?><!-- --><svg >'), /got SVG: /],
    [bytesOf("<!doctype html><p>404"), /got an HTML page: /],
    [bytesOf("\xff\xfe<\0s\0v\0g\0/\0>\0"), /got SVG: /],
    [bytesOf('<?xml version="1.0"?><Error>'), /got XML: /],
    [box("mif2", "miaf"), /got HEIC: /],
    [box("hevm"), /got HEIC: /],
    [box("crx "), /got a camera's raw file: convert/],
    [bytesOf("FUJIFILMCCD-RAW"), /got a camera's raw file: /],
    [bytesOf("\0\0\0\x08wide"), /got QuickTime video: /],
    [bytesOf("\0\0\x02\0\0\0"), /got TGA: /],
    [bytesOf("\0\0\x01\0\x01\0"), /got ICO: /],
    [bytesOf("P6\n1 1"), /got Netpbm: /],
    [bytesOf("BZh9"), /got bzip2: .*without compression/],
    [bytesOf(bytesOf(BASELINE).toBase64()), /got base64: send the bytes/],
    [bytesOf(encodePng(IMAGE).toBase64()), /got base64: send the bytes/],
    [bytesOf("data:image/png;base64,"), /got a data: URL: send the bytes/],
    [bytesOf('{"images":[]}'), /got JSON: .*application\/json/],
    [bytesOf("--x\r\nContent-"), /got a form: .*boundary/],
    [bytesOf("\xef\xbf\xbd\xef\xbf\xbd"), /read as text: .*as they are/],
    [bytesOf("\x89PNG\n\x1a\n"), /line ends were changed: /],
    [bytesOf("hello"), /got something else/],
    [new Uint8Array(), /got nothing: /],
  ];
  for (const [file, name] of files) {
    await assertRefused(file, "unsupported", name);
  }
});

Deno.test({
  name: "the files that once went wrong are answered as they should be",
  ignore: shared("cases/reference.jpg") === undefined,
  fn: async () => {
    const read = (name: string) => Deno.readFile(shared(`cases/${name}`)!);
    const reference = await pixelsOf(await read("reference.jpg"));
    for (const name of ["no_eoi.jpg", "no_eoi_samsung_trailer.jpg"]) {
      assertEquals(await pixelsOf(await read(name)), reference);
    }
    await assertRefused(
      await read("cut_30_percent_then_eoi.jpg"),
      "malformed",
      /premature end/,
    );
    await assertRefused(
      await read("heic_named.jpg"),
      "unsupported",
      /HEIC: convert/,
    );
    const inks = await pixelsOf(await read("cmyk_adobe.jpg"));
    const apart = inks.map((value, i) => Math.abs(value - reference[i]!));
    assert(apart.reduce((sum, value) => sum + value) / apart.length < 3);
    for (const name of ["short", "long"]) {
      const { header } = await decodeImage(
        await read(`orientation6_${name}.jpg`),
      );
      assertEquals(header.orientation, 6);
    }
  },
});

function spliced(bytes: Uint8Array, at: number, text: string): Uint8Array {
  return bytesOf(bytes.subarray(0, at), text, bytes.subarray(at));
}

function patched(bytes: Uint8Array, at: number, value: number): Uint8Array {
  const copy = bytes.slice();
  copy[at] = value;
  return copy;
}
