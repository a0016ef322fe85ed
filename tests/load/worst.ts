/** The requests that cost a server most and are allowed, or are refused late. @module */

import { deflateSync } from "node:zlib";
import {
  bytesOf as joined,
  encodeJpeg,
  integer,
  pngChunk,
} from "../image/fixtures.ts";
import { photo } from "../bench/photos.ts";
import { segmentsOf } from "../../src/image/header/jpeg.ts";

/** A request of an attacker's. */
export interface Hostile {
  readonly name: string;
  readonly path: string;
  readonly type: string;
  readonly body: Uint8Array<ArrayBuffer>;
}

/**
 * The sides of squares of not quite as many pixels as are allowed: of any image, of
 * one with 16 bits a channel, of one in CMYK, and of one that has a hundred scans.
 */
const LARGEST = 5000;
const DEEPEST = 3500;
const INKED = 2880;
const SCANNED = 2000;
const SCANS = 100;
const BODY = 10_000_000;

function bytesOf(...parts: (Uint8Array | string)[]): Uint8Array<ArrayBuffer> {
  return new Uint8Array(joined(...parts));
}

/** One photograph, over and over: a large one as quickly as it can be had. */
function tiled(size: number) {
  const tile = photo(500);
  const data = new Uint8ClampedArray(4 * size * size);
  for (let y = 0; y < size; y++) {
    const line = tile.data.subarray(
      4 * tile.width * (y % tile.height),
      4 * tile.width * (y % tile.height + 1),
    );
    for (let x = 0; x < size; x += tile.width) {
      data.set(line.subarray(0, 4 * (size - x)), 4 * (y * size + x));
    }
  }
  return { width: size, height: size, data };
}

/** A progressive JPEG whose last scan comes again and again. */
async function scanned(): Promise<Uint8Array<ArrayBuffer>> {
  const jpeg = await encodeJpeg(tiled(SCANNED), { progressive: true });
  const starts: number[] = [];
  for (let i = 0; i + 1 < jpeg.length; i++) {
    if (jpeg[i] === 0xff && jpeg[i + 1] === 0xda) starts.push(i);
  }
  const last = jpeg.subarray(starts.at(-1)!, jpeg.length - 2);
  return bytesOf(
    jpeg.subarray(0, -2),
    ...Array.from({ length: SCANS - starts.length }, () => last),
    "\xff\xd9",
  );
}

/** A grey JPEG whose one scan comes four times, once for each ink. */
async function inked(): Promise<Uint8Array<ArrayBuffer>> {
  const jpeg = await encodeJpeg(tiled(INKED), { gray: true });
  const segments = [...segmentsOf(jpeg)];
  const of = (...markers: number[]) =>
    segments.filter(({ marker }) => markers.includes(marker))
      .map(({ start, end }) => jpeg.subarray(start - 2, end));
  const pixels = jpeg.subarray(segments.at(-1)!.end, -2);
  const inks = [1, 2, 3, 4];
  const frame = of(0xc0)[0]!.slice();
  return bytesOf(
    "\xff\xd8",
    ...of(0xdb, 0xc4),
    Uint8Array.of(0xff, 0xc0, 0, 20, ...frame.subarray(4, 9), inks.length),
    ...inks.map((ink) => Uint8Array.of(ink, 0x11, 0)),
    ...inks.flatMap((ink) => [
      Uint8Array.of(0xff, 0xda, 0, 8, 1, ink, 0, 0, 63, 0),
      pixels,
    ]),
    "\xff\xd9",
  );
}

/** A black PNG of so many bits a channel: hardly any bytes, and all of the pixels that it may have. */
function blackPng(bits: 8 | 16): Uint8Array<ArrayBuffer> {
  const side = bits === 8 ? LARGEST : DEEPEST;
  const lines = new Uint8Array(side * (1 + side * bits / 2));
  return bytesOf(
    "\x89PNG\r\n\x1a\n",
    pngChunk(
      "IHDR",
      bytesOf(
        integer(side, 4),
        integer(side, 4),
        Uint8Array.of(bits, 6, 0, 0, 0),
      ),
    ),
    pngChunk("IDAT", new Uint8Array(deflateSync(lines))),
    pngChunk("IEND", new Uint8Array()),
  );
}

/** A WebP of 34 bytes that claims 16383×1400. */
function emptyWebp(): Uint8Array<ArrayBuffer> {
  const size = (16382 | 1399 << 14) >>> 0;
  const data = bytesOf(
    Uint8Array.of(0x2f),
    integer(size, 4).reverse(),
    "\0\0\0\0\0\0\0\0\0",
  );
  const chunk = bytesOf("WEBPVP8L", Uint8Array.of(data.length, 0, 0, 0), data);
  return bytesOf("RIFF", Uint8Array.of(chunk.length, 0, 0, 0), chunk);
}

const PART =
  '--xyz\r\nContent-Disposition: form-data; name="image"; filename="a"\r\n\r\n';
const END = "--xyz--\r\n";

/** As many of the largest images as a form may hold, of one colour: few bytes, and all of the pixels. */
async function images(): Promise<(Uint8Array | string)[]> {
  const data = new Uint8ClampedArray(4 * LARGEST * LARGEST).fill(127);
  const jpeg = await encodeJpeg({ width: LARGEST, height: LARGEST, data });
  return Array.from({ length: 4 }, () => [PART, jpeg, "\r\n"]).flat();
}

/** Makes all of them. */
export async function worstRequests(): Promise<Hostile[]> {
  const jpeg = bytesOf(await encodeJpeg(tiled(LARGEST)));
  const image = (name: string, body: Uint8Array<ArrayBuffer>): Hostile => ({
    name,
    path: "/predict",
    type: "application/octet-stream",
    body,
  });
  const json = "application/json";
  const multipart = "multipart/form-data; boundary=xyz";
  const brackets = new Uint8Array(BODY).fill(0x5b).fill(0x5d, BODY / 2);
  return [
    image("a JPEG of 25 megapixels", jpeg),
    image("a JPEG of 100 scans", await scanned()),
    image("a JPEG of 8 megapixels in CMYK", await inked()),
    image("a PNG of 25 megapixels", blackPng(8)),
    image("a PNG of 12 megapixels, 16 bits", blackPng(16)),
    image("an empty WebP of 23 megapixels", emptyWebp()),
    image("10 MB of noise", noise(BODY)),
    {
      name: "four JPEGs of 25 megapixels",
      path: "/predict",
      type: multipart,
      body: bytesOf(...await images(), END),
    },
    { name: "10 MB of brackets", path: "/predict", type: json, body: brackets },
    {
      name: "10 MB of base64",
      path: "/predict",
      type: json,
      body: bytesOf(
        `{"images":["data:image/jpeg;base64,${"A".repeat(BODY - 100)}"]}`,
      ),
    },
    {
      name: "100,000 empty parts",
      path: "/predict",
      type: multipart,
      body: bytesOf(`${PART}\r\n`.repeat(100_000), END),
    },
    {
      name: "10 MB to import",
      path: "/import",
      type: "application/octet-stream",
      body: noise(BODY),
    },
  ];
}

function noise(length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i += 65536) {
    crypto.getRandomValues(bytes.subarray(i, i + 65536));
  }
  return bytes;
}
