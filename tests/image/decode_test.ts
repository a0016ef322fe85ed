import { deflateSync } from "node:zlib";
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import fc from "fast-check";
import { ImageError, type ImageErrorReason } from "../../src/errors.ts";
import {
  decodeImage,
  forgetDecoders,
  type Pixels,
  prepareDecoder,
  usePixels,
} from "../../src/image/decode.ts";
import { DEFAULT_LIMITS } from "../../src/image/limits.ts";
import {
  bytesOf,
  encodeGif,
  encodeJpeg,
  encodePng,
  encodeWebp,
  exif,
  extendWebp,
  gradient,
  integer,
  paint,
  type PlainImage,
  pngChunk,
  type PngOptions,
} from "./fixtures.ts";

const IMAGE = gradient(37, 21);
const TRANSLUCENT = paint(37, 21, (x, y) => [6 * x, 12 * y, 100, 7 * x]);

async function assertDecodes(
  image: Uint8Array,
  expected: PlainImage,
  tolerance = 0,
): Promise<void> {
  const { pixels } = await decodeImage(image);
  assertEquals([pixels.width, pixels.height], [
    expected.width,
    expected.height,
  ]);
  assert(largestDifference(pixels, expected) <= tolerance);
}

function largestDifference(pixels: Pixels, image: PlainImage): number {
  assertEquals(pixels.data.length, image.data.length);
  return image.data.reduce(
    (most, v, i) => Math.max(most, Math.abs(v - pixels.data[i]!)),
    0,
  );
}

async function assertRefused(
  image: Uint8Array,
  reason: ImageErrorReason,
): Promise<void> {
  const error = await assertRejects(() => decodeImage(image), ImageError);
  assertEquals(error.reason, reason);
}

const gray = (image: PlainImage, of: (r: number) => number = (r) => r) =>
  paint(image.width, image.height, (x, y) => {
    const value = of(image.data[(y * image.width + x) * 4]!);
    return [value, value, value, 255];
  });

Deno.test("baseline, progressive and grey JPEGs are decoded", async () => {
  await assertDecodes(await encodeJpeg(IMAGE), IMAGE, 12);
  await assertDecodes(
    await encodeJpeg(IMAGE, { progressive: true }),
    IMAGE,
    12,
  );
  const grey = gray(IMAGE);
  await assertDecodes(await encodeJpeg(grey, { gray: true }), grey, 12);
});

Deno.test("PNGs of every colour type and depth, interlaced or not, are decoded", async () => {
  const palette = paint(37, 21, (x) => {
    const v = Math.round(255 * x / 37);
    return [v, 255 - v, v >> 1, 255];
  });
  const grayAlpha = paint(37, 21, (x) => [6 * x, 6 * x, 6 * x, 7 * x]);
  const kinds: [PngOptions, PlainImage, PlainImage][] = [
    [{ colorType: 0 }, IMAGE, gray(IMAGE)],
    [{ colorType: 2 }, IMAGE, IMAGE],
    [{ colorType: 3 }, IMAGE, palette],
    [{ colorType: 4 }, grayAlpha, grayAlpha],
    [{ colorType: 6 }, TRANSLUCENT, TRANSLUCENT],
    [{ colorType: 0, bitDepth: 16 }, IMAGE, gray(IMAGE)],
    [{ colorType: 2, bitDepth: 16 }, IMAGE, IMAGE],
    [{ colorType: 6, bitDepth: 16 }, TRANSLUCENT, TRANSLUCENT],
  ];
  for (const [options, image, expected] of kinds) {
    await assertDecodes(encodePng(image, options), expected);
    await assertDecodes(
      encodePng(image, { ...options, interlaced: true }),
      expected,
    );
  }
});

Deno.test("lossy, lossless and translucent WebPs are decoded", async () => {
  await assertDecodes(await encodeWebp(IMAGE, { quality: 95 }), IMAGE, 25);
  await assertDecodes(await encodeWebp(IMAGE, { lossless: 1 }), IMAGE);
  await assertDecodes(
    await encodeWebp(TRANSLUCENT, { lossless: 1, exact: 1 }),
    TRANSLUCENT,
  );
});

Deno.test("a GIF's image lies at its offset on a transparent screen", async () => {
  const gif = encodeGif({ width: 30, height: 20 }, {
    x: 4,
    y: 3,
    width: 10,
    height: 12,
    gray: 80,
  });
  const expected = paint(30, 20, (x, y) => {
    const inside = x >= 4 && x < 14 && y >= 3 && y < 15;
    return inside ? [80, 80, 80, 255] : [0, 0, 0, 0];
  });
  await assertDecodes(gif, expected);
  const full = encodeGif({ width: 30, height: 20 }, {
    x: 0,
    y: 0,
    width: 30,
    height: 20,
    gray: 4,
  });
  await assertDecodes(full, paint(30, 20, () => [4, 4, 4, 255]));
});

Deno.test("the orientation is reported and not applied", async () => {
  const image = await encodeJpeg(IMAGE, { exif: exif(6) });
  assertEquals((await decodeImage(image)).header.orientation, 6);
  await assertDecodes(image, IMAGE, 12);
});

Deno.test("an image that is cut short is refused as malformed", async () => {
  const images = [
    await encodeJpeg(IMAGE),
    await encodeJpeg(IMAGE, { progressive: true }),
    encodePng(IMAGE),
    encodeGif(IMAGE, { x: 0, y: 0, width: 37, height: 21, gray: 80 }),
    await encodeWebp(IMAGE),
    await encodeWebp(IMAGE, { lossless: 1 }),
  ];
  for (const image of images) {
    await assertRefused(
      image.subarray(0, Math.floor(image.length * 0.8)),
      "malformed",
    );
  }
});

Deno.test("a decoder works again after an image that it could not decode", async () => {
  const images: [Uint8Array, (bytes: Uint8Array) => Uint8Array][] = [
    [await encodeJpeg(IMAGE), (bytes) => bytes.subarray(0, 300)],
    [encodePng(IMAGE), (bytes) => bytes.subarray(0, 80)],
    [
      await encodeWebp(IMAGE, { lossless: 1 }),
      (bytes) => bytes.subarray(0, 40),
    ],
    [
      encodeGif(IMAGE, { x: 0, y: 0, width: 37, height: 21, gray: 80 }),
      (bytes) => bytes.subarray(0, 430),
    ],
  ];
  for (const [good, damage] of images) {
    const before = (await decodeImage(good)).pixels.data.slice();
    await Promise.all([
      assertRefused(damage(good), "malformed"),
      assertRefused(damage(good), "malformed"),
    ]);
    assertEquals((await decodeImage(good)).pixels.data.slice(), before);
  }
});

Deno.test("what fails on the pixels is not taken for a fault of the image", async () => {
  const images = [
    await encodeJpeg(IMAGE),
    encodePng(IMAGE),
    await encodeWebp(IMAGE),
    encodeGif(IMAGE, { x: 0, y: 0, width: 37, height: 21, gray: 80 }),
  ];
  for (const image of images) {
    const { pixels } = await decodeImage(image);
    const fault = new RangeError("mine");
    const failing = usePixels(image, DEFAULT_LIMITS, () => {
      throw fault;
    });
    assertStrictEquals(await assertRejects(() => failing), fault);
    const again = usePixels(image, DEFAULT_LIMITS, (_, { data }) => [...data]);
    assertEquals(await again, [...pixels.data]);
  }
});

Deno.test("the memory that a large JPEG took is there for the next one, until its decoder is forgotten", async () => {
  const large = await encodeJpeg(gradient(3000, 2000));
  const small = await encodeJpeg(IMAGE);
  const memory = (image: Uint8Array) =>
    usePixels(image, DEFAULT_LIMITS, (_, { data }) => data.buffer);
  const taken = await memory(large);
  assertStrictEquals(await memory(small), taken);
  forgetDecoders("jpeg");
  assertStrictEquals(await memory(small), taken);
  forgetDecoders("png");
  const other = await memory(small);
  assert(other.byteLength < taken.byteLength);
  forgetDecoders();
  assert(await memory(small) !== other);
});

Deno.test("the decoder can be made ready, which changes nothing", async () => {
  await prepareDecoder();
  await assertDecodes(await encodeJpeg(IMAGE), IMAGE, 12);
});

Deno.test("decoding leaves the classes of the platform in their places", async () => {
  const classes = () => [globalThis.Uint8ClampedArray, globalThis.ImageData];
  const before = classes();
  await decodeImage(await encodeJpeg(IMAGE));
  await assertRefused(
    (await encodeJpeg(IMAGE)).subarray(0, 300),
    "malformed",
  );
  classes().forEach((each, i) => assertStrictEquals(each, before[i]));
});

Deno.test("nothing but an ImageError comes of decoding damaged bytes", async () => {
  const images = [
    await encodeJpeg(IMAGE),
    await encodeJpeg(IMAGE, { progressive: true }),
    encodePng(IMAGE, { interlaced: true }),
    encodeGif(IMAGE, { x: 0, y: 0, width: 37, height: 21, gray: 80 }),
    await encodeWebp(TRANSLUCENT),
    await encodeWebp(TRANSLUCENT, { lossless: 1 }),
  ];
  const mutation = fc.tuple(fc.nat(), fc.nat(255));
  await fc.assert(fc.asyncProperty(
    fc.constantFrom(...images),
    fc.array(mutation, { minLength: 1, maxLength: 5 }),
    async (image, mutations) => {
      const bytes = image.slice();
      for (const [at, value] of mutations) bytes[at % bytes.length] = value;
      try {
        const { header, pixels } = await decodeImage(bytes, {
          bytes: 1e6,
          pixels: 1e6,
        });
        assertEquals(pixels.data.length, header.width * header.height * 4);
      } catch (error) {
        assertInstanceOf(error, ImageError);
      }
    },
  ));
});

Deno.test("images decoded at the same time do not mix", async () => {
  const shades = [10, 60, 110, 160, 210];
  const images = await Promise.all(
    shades.map((v) => encodeJpeg(paint(16, 16, () => [v, v, v, 255]))),
  );
  const decoded = await Promise.all(images.map((image) => decodeImage(image)));
  assertEquals(decoded.map(({ pixels }) => pixels.data[0]), shades);
});

Deno.test("a PNG that holds more than its size says is refused as malformed", async () => {
  const header = bytesOf(
    integer(1, 4),
    integer(1, 4),
    Uint8Array.of(8, 2, 0, 0, 0),
  );
  const bomb = bytesOf(
    "\x89PNG\r\n\x1a\n",
    pngChunk("IHDR", header),
    pngChunk("IDAT", new Uint8Array(deflateSync(new Uint8Array(1e7)))),
    pngChunk("IEND", new Uint8Array()),
  );
  await assertRefused(bomb, "malformed");
});

Deno.test("a JPEG with more scans than any encoder writes is refused", async () => {
  const jpeg = await encodeJpeg(IMAGE, { progressive: true });
  await assertRefused(bytesOf(jpeg, "\xff\xda\0\x02".repeat(200)), "too-large");
});

Deno.test("an extended WebP of another size than its image is refused as malformed", async () => {
  const webp = await encodeWebp(IMAGE);
  await assertDecodes(extendWebp(webp, IMAGE), IMAGE, 40);
  await assertRefused(extendWebp(webp, { width: 38, height: 21 }), "malformed");
});
