import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertMatch,
  assertThrows,
} from "@std/assert";
import fc from "fast-check";
import { ImageError } from "../../src/errors.ts";
import { readImageHeader } from "../../src/image/header.ts";
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
  pngChunk,
  withExif,
} from "./fixtures.ts";

const IMAGE = gradient(37, 21);
const SIZE = { width: 37, height: 21, orientation: 1 as const };
const JPEG = await encodeJpeg(IMAGE);
const PNG = encodePng(IMAGE);
const WEBP = await encodeWebp(IMAGE);
const LOSSLESS = await encodeWebp(IMAGE, { lossless: 1 });
const GIF = encodeGif(IMAGE, { x: 3, y: 2, width: 9, height: 7, gray: 80 });

Deno.test("the size is read from the header of every type", () => {
  assertEquals(readImageHeader(JPEG), { type: "jpeg", ...SIZE });
  assertEquals(readImageHeader(PNG), { type: "png", ...SIZE });
  assertEquals(readImageHeader(WEBP), { type: "webp", ...SIZE });
  assertEquals(readImageHeader(LOSSLESS), { type: "webp", ...SIZE });
  assertEquals(readImageHeader(extendWebp(WEBP, IMAGE)), {
    type: "webp",
    ...SIZE,
  });
  assertEquals(readImageHeader(GIF), { type: "gif", ...SIZE });
});

/** A JPEG's segments up to a frame header of a kind. */
const frameOf = (kind: number) =>
  bytesOf(
    "\xff\xd8\xff\xe0\0\x04\xff\xc0", // the marker in a segment's data is not one
    "\xff\xc4\0\x03\0\xff\xc8\0\x02\xff\xcc\0\x02", // DHT, JPG and DAC are not frames
    "junk\xff\0\xff\xd0\xff\x01", // a stuffed zero, RST and TEM have no length
    "\xff\xff\xff",
    0xc0 + kind,
    "\0\x0b\x08\0\x15\0\x25\x01\x01\x11\0",
  );

Deno.test("a JPEG's size is found in its frame header, behind other segments", () => {
  for (const kind of [0, 1, 2]) {
    assertEquals(
      readImageHeader(frameOf(kind)),
      { type: "jpeg", ...SIZE },
      `SOF${kind}`,
    );
  }
});

Deno.test("a JPEG that no decoder here knows is refused as unsupported, with its name", () => {
  const kinds: [RegExp, number[]][] = [
    [/lossless/, [3]],
    [/hierarchical/, [5, 6, 7]],
    [/arithmetic/, [9, 10, 11, 13, 14, 15]],
    [/JPEG-LS/, [0x37]],
  ];
  for (const [name, markers] of kinds) {
    for (const marker of markers) assertUnsupported(frameOf(marker), name);
  }
  const frame = "\xff\xd8\xff\xc0\0\x0b";
  assertUnsupported(
    bytesOf(frame, "\x0c\0\x15\0\x25\x01\x01\x11\0"),
    /12 bits/,
  );
  assertUnsupported(
    bytesOf(frame, "\x08\0\x15\0\x25\x02\x01\x11\0"),
    /2 components/,
  );
  assertUnsupported(bytesOf(frame, "\x08\0\0\0\x25\x01\x01\x11\0"), /DNL/);
});

function assertUnsupported(image: Uint8Array, name: RegExp): void {
  const error = assertThrows(() => readImageHeader(image), ImageError);
  assertEquals(error.reason, "unsupported");
  assertMatch(error.message, name);
}

Deno.test("the EXIF orientation is read in both byte orders, wherever a type keeps it", () => {
  for (const littleEndian of [false, true]) {
    for (let orientation = 1; orientation <= 8; orientation++) {
      const block = exif(orientation, littleEndian);
      const images = [
        withExif(JPEG, block),
        encodePng(IMAGE, { chunks: [pngChunk("eXIf", block)] }),
        bytesOf(PNG, pngChunk("eXIf", block)),
        extendWebp(WEBP, IMAGE, { exif: block }),
        extendWebp(WEBP, IMAGE, { exif: bytesOf("Exif\0\0", block) }),
      ];
      for (const image of images) {
        assertEquals(readImageHeader(image).orientation, orientation);
      }
    }
  }
});

Deno.test("an unreadable orientation is upright", () => {
  const good = exif(6);
  const entry = (offset: number, bytes: Uint8Array) => {
    const bad = good.slice();
    bad.set(bytes, offset);
    return bad;
  };
  const blocks = [
    exif(0),
    exif(9),
    new Uint8Array(),
    bytesOf("XX"),
    entry(0, bytesOf("MI")),
    entry(2, integer(43, 2)),
    entry(4, integer(0xffffffff, 4)),
    entry(4, integer(good.length - 1, 4)),
    entry(10, integer(0x0113, 2)), // another tag
    entry(12, integer(5, 2)), // another type
    good.subarray(0, 15),
  ];
  for (const block of blocks) {
    assertEquals(
      readImageHeader(withExif(JPEG, block)).orientation,
      1,
      String(block),
    );
  }
});

Deno.test("an image of an unknown type is refused as unsupported", () => {
  const error = assertThrows(() => readImageHeader(bytesOf("BM")), ImageError);
  assertEquals(error.reason, "unsupported");
});

Deno.test("a damaged header is refused as malformed, at once", () => {
  const images = [
    // A frame without a size, then segments that once kept a decoder busy for ever.
    bytesOf("\xff\xd8\xff\xc1\xf1\x51\xd8\0\xff\x51\xd8\0\xff\xda\xff\xde"),
    bytesOf("\xff\xd8\xff\xe0\0\0\xff\xe0\0\0"), // a segment of no length
    bytesOf("\xff\xd8\xff\xd8\xff\xd8"),
    bytesOf("\xff\xd8", "\xff".repeat(1000)),
    bytesOf("\xff\xd8\xff\xda\0\x08", JPEG), // a scan before the frame
    bytesOf("\x89PNG\r\n\x1a\n", pngChunk("IDAT", new Uint8Array(20))),
    encodePng({ width: 0, height: 3, data: new Uint8ClampedArray() }),
    bytesOf("RIFF\x20\0\0\0WEBPVP8 ", new Uint8Array(20)),
    bytesOf("RIFF\x20\0\0\0WEBPVP8L", new Uint8Array(20)),
    bytesOf("RIFF\x20\0\0\0WEBPALPH", new Uint8Array(20)),
    bytesOf("\xff\xd8\xff\xc0\0\x07\x08\0\x15\0\x25"), // a frame without components
    bytesOf("GIF89a", new Uint8Array(100)),
  ];
  for (const [i, image] of images.entries()) {
    const error = assertThrows(() => readImageHeader(image), ImageError);
    assertEquals(error.reason, "malformed", `image ${i}`);
  }
});

/** Reads a header that may be damaged: nothing but an ImageError may come out. */
function readOrRefuse(bytes: Uint8Array): void {
  try {
    const { width, height, orientation } = readImageHeader(bytes);
    assert(width >= 1 && height >= 1 && orientation >= 1 && orientation <= 8);
  } catch (error) {
    assertInstanceOf(error, ImageError);
  }
}

const VALID = [
  withExif(JPEG, exif(6)),
  encodePng(IMAGE, { chunks: [pngChunk("eXIf", exif(3, true))] }),
  extendWebp(WEBP, IMAGE, { exif: exif(8) }),
  LOSSLESS,
  GIF,
];

Deno.test("nothing but an ImageError comes of a truncated image", () => {
  for (const image of VALID) {
    for (let end = 0; end < Math.min(image.length, 600); end++) {
      readOrRefuse(image.subarray(0, end));
    }
  }
});

Deno.test("nothing but an ImageError comes of random and of mutated bytes", () => {
  const starts = VALID.map((image) => image.subarray(0, 8));
  fc.assert(fc.property(
    fc.constantFrom(...starts),
    fc.uint8Array({ maxLength: 200 }),
    (start, rest) => readOrRefuse(bytesOf(start, rest)),
  ));
  const mutation = fc.tuple(fc.nat(300), fc.nat(255));
  fc.assert(fc.property(
    fc.constantFrom(...VALID),
    fc.array(mutation, { minLength: 1, maxLength: 10 }),
    (image, mutations) => {
      const bytes = image.slice();
      for (const [at, value] of mutations) bytes[at % bytes.length] = value;
      readOrRefuse(bytes);
    },
  ));
});
