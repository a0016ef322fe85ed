/**
 * Images for the tests, made from pixels: one writer per format, each with the
 * variants that a decoder has to know.
 *
 * @module
 */

import { crc32, deflateSync } from "node:zlib";
import { encode as encodeJpegData } from "./encoders.ts";

export { encodeWebp } from "./encoders.ts";

/** An RGBA image. */
export interface PlainImage {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8ClampedArray;
}

/** An image whose pixels are `color(x, y)`. */
export function paint(
  width: number,
  height: number,
  color: (x: number, y: number) => readonly [number, number, number, number],
): PlainImage {
  const data = new Uint8ClampedArray(width * height * 4);
  for (let i = 0; i < width * height; i++) {
    data.set(color(i % width, Math.floor(i / width)), i * 4);
  }
  return { width, height, data };
}

/** Smooth, different in every direction and channel, and opaque. */
export function gradient(width: number, height: number): PlainImage {
  return paint(width, height, (x, y) => [
    Math.round(255 * x / width),
    Math.round(255 * y / height),
    Math.round(255 * (x + y) / (width + height)),
    255,
  ]);
}

/** Edges in all directions, in all colours, and nothing symmetric. */
export const WHEEL = paint(120, 96, (x, y) => {
  const turn = Math.atan2(y - 40, x - 70);
  const ring = Math.hypot(x - 70, y - 40);
  const wave = (phase: number) =>
    127 + 120 * Math.sin(5 * turn + ring / 6 + phase);
  return [wave(0), wave(2), wave(4), 255];
});

/** Bytes, texts (one byte per character) and numbers (one byte) in a row. */
export function bytesOf(
  ...parts: readonly (Uint8Array | string | number)[]
): Uint8Array {
  const arrays = parts.map((part) => {
    if (typeof part === "number") return Uint8Array.of(part);
    if (typeof part === "string") {
      return Uint8Array.from(part, (c) => c.charCodeAt(0));
    }
    return part;
  });
  const bytes = new Uint8Array(
    arrays.reduce((sum, array) => sum + array.length, 0),
  );
  let offset = 0;
  for (const array of arrays) {
    bytes.set(array, offset);
    offset += array.length;
  }
  return bytes;
}

/** A number in `size` bytes. */
export function integer(
  value: number,
  size: 2 | 3 | 4,
  littleEndian = false,
): Uint8Array {
  const bytes = Uint8Array.from(
    { length: size },
    (_, i) => value >>> 8 * (size - 1 - i) & 0xff,
  );
  return littleEndian ? bytes.reverse() : bytes;
}

/** An EXIF block that says nothing but an orientation, as a number of a TIFF type: of one, two or four bytes, signed or not. */
export function exif(
  orientation: number,
  littleEndian = false,
  type: 1 | 3 | 4 | 6 | 8 | 9 = 3,
): Uint8Array {
  const word = (value: number) => integer(value, 2, littleEndian);
  const long = (value: number) => integer(value, 4, littleEndian);
  const byte = bytesOf(orientation);
  const value = {
    1: byte,
    3: word(orientation),
    4: long(orientation),
    6: byte,
    8: word(orientation),
    9: long(orientation),
  }[type];
  return bytesOf(
    littleEndian ? "II" : "MM",
    word(42),
    long(8),
    word(1), // one entry
    word(0x0112),
    word(type),
    long(1),
    value,
    new Uint8Array(4 - value.length),
    long(0),
  );
}

/** A JPEG; progressive, in grey or with an EXIF block where asked for. */
export async function encodeJpeg(
  image: PlainImage,
  options: { progressive?: boolean; gray?: boolean; exif?: Uint8Array } = {},
): Promise<Uint8Array> {
  const jpeg = await encodeJpegData(image, {
    quality: 95,
    progressive: options.progressive ?? false,
    color_space: options.gray ? 1 : 3,
    auto_subsample: false,
    chroma_subsample: 1,
  });
  return options.exif === undefined ? jpeg : withExif(jpeg, options.exif);
}

/** A JPEG with an APP1 segment behind its start. */
export function withExif(jpeg: Uint8Array, block: Uint8Array): Uint8Array {
  return bytesOf(
    jpeg.subarray(0, 2),
    "\xff\xe1",
    integer(8 + block.length, 2),
    "Exif\0\0",
    block,
    jpeg.subarray(2),
  );
}

/** How a PNG's samples are stored. */
export interface PngOptions {
  /** 0 grey, 2 RGB, 3 palette, 4 grey with alpha, 6 RGBA. */
  readonly colorType?: 0 | 2 | 3 | 4 | 6;
  readonly bitDepth?: 8 | 16;
  readonly interlaced?: boolean;
  /** Further chunks, before the image data. */
  readonly chunks?: readonly Uint8Array[];
}

/** The seven passes of Adam7: first column, first row, column step, row step. */
const PASSES = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;

/** A PNG without filters. A palette image has the palette (v, 255−v, v/2), v its red value. */
export function encodePng(
  image: PlainImage,
  options: PngOptions = {},
): Uint8Array {
  const { colorType = 6, bitDepth = 8, interlaced = false, chunks = [] } =
    options;
  const channels =
    { 0: [0], 2: [0, 1, 2], 3: [0], 4: [0, 3], 6: [0, 1, 2, 3] }[colorType];
  const lines: number[] = [];
  for (
    const [left, top, dx, dy] of interlaced ? PASSES : [[0, 0, 1, 1] as const]
  ) {
    if (left >= image.width) continue;
    for (let y = top; y < image.height; y += dy) {
      lines.push(0); // no filter
      for (let x = left; x < image.width; x += dx) {
        for (const c of channels) {
          const value = image.data[(y * image.width + x) * 4 + c]!;
          lines.push(value);
          if (bitDepth === 16) lines.push(value);
        }
      }
    }
  }
  const palette = Uint8Array.from(
    { length: 768 },
    (_, i) =>
      [Math.floor(i / 3), 255 - Math.floor(i / 3), Math.floor(i / 6)][i % 3]!,
  );
  return bytesOf(
    "\x89PNG\r\n\x1a\n",
    pngChunk(
      "IHDR",
      bytesOf(
        integer(image.width, 4),
        integer(image.height, 4),
        Uint8Array.of(bitDepth, colorType, 0, 0, interlaced ? 1 : 0),
      ),
    ),
    ...chunks,
    ...(colorType === 3 ? [pngChunk("PLTE", palette)] : []),
    pngChunk("IDAT", new Uint8Array(deflateSync(Uint8Array.from(lines)))),
    pngChunk("IEND", new Uint8Array()),
  );
}

/** A PNG chunk with its length and checksum. */
export function pngChunk(type: string, data: Uint8Array): Uint8Array {
  const body = bytesOf(type, data);
  return bytesOf(integer(data.length, 4), body, integer(crc32(body), 4));
}

/**
 * A GIF of one image with 128 greys, at an offset on its screen. The codes
 * are not compressed: a clear code comes before the code size could grow.
 */
export function encodeGif(
  screen: { width: number; height: number },
  frame: { x: number; y: number; width: number; height: number; gray: number },
): Uint8Array {
  const word = (value: number) => integer(value, 2, true);
  const palette = Uint8Array.from(
    { length: 384 },
    (_, i) => 2 * Math.floor(i / 3),
  );
  const [clear, end] = [128, 129]; // codes of eight bits: whole bytes
  const codes: number[] = [];
  for (let i = 0; i < frame.width * frame.height; i++) {
    if (i % 100 === 0) codes.push(clear);
    codes.push(frame.gray >> 1);
  }
  codes.push(end);
  const blocks: Uint8Array[] = [];
  for (let i = 0; i < codes.length; i += 255) {
    const block = codes.slice(i, i + 255);
    blocks.push(Uint8Array.of(block.length, ...block));
  }
  return bytesOf(
    "GIF89a",
    word(screen.width),
    word(screen.height),
    Uint8Array.of(0xf6, 0, 0), // a palette of 128
    palette,
    Uint8Array.of(0x21, 0xfe, 3, 1, 2, 3, 0), // a comment
    ",",
    word(frame.x),
    word(frame.y),
    word(frame.width),
    word(frame.height),
    0,
    7, // bits of a palette index
    ...blocks,
    0,
    ";",
  );
}

/** A WebP animation of frames, each a still WebP at its place on the canvas. */
export function animateWebp(
  canvas: { width: number; height: number },
  frames: readonly {
    readonly webp: Uint8Array;
    readonly x: number;
    readonly y: number;
    readonly width: number;
    readonly height: number;
  }[],
): Uint8Array {
  const number = (value: number) => integer(value, 3, true);
  const body = bytesOf(
    "WEBP",
    riffChunk(
      "VP8X",
      bytesOf(
        0x12, // animated, with transparency
        integer(0, 3),
        number(canvas.width - 1),
        number(canvas.height - 1),
      ),
    ),
    riffChunk("ANIM", new Uint8Array(6)),
    ...frames.map(({ webp, x, y, width, height }) =>
      riffChunk(
        "ANMF",
        bytesOf(
          number(x / 2),
          number(y / 2),
          number(width - 1),
          number(height - 1),
          number(100),
          0,
          webp.subarray(12),
        ),
      )
    ),
  );
  return bytesOf("RIFF", integer(body.length, 4, true), body);
}

function riffChunk(type: string, data: Uint8Array): Uint8Array {
  return bytesOf(
    type,
    integer(data.length, 4, true),
    data,
    ...(data.length % 2 === 1 ? [0] : []),
  );
}

/** A WebP as an extended file, with an EXIF block where given. */
export function extendWebp(
  webp: Uint8Array,
  size: { width: number; height: number },
  options: { exif?: Uint8Array; flags?: number } = {},
): Uint8Array {
  const body = bytesOf(
    "WEBP",
    riffChunk(
      "VP8X",
      bytesOf(
        options.flags ?? 0x08,
        integer(0, 3),
        integer(size.width - 1, 3, true),
        integer(size.height - 1, 3, true),
      ),
    ),
    webp.subarray(12),
    ...(options.exif ? [riffChunk("EXIF", options.exif)] : []),
  );
  return bytesOf("RIFF", integer(body.length, 4, true), body);
}
