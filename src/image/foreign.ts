/**
 * Names for files that are images, or are sent as such, but not of a type that
 * can be decoded here.
 *
 * @module
 */

import { startsWith } from "./type.ts";

/** A file type and what its owner can do about it. */
export interface ForeignType {
  readonly name: string;
  readonly advice: string;
}

const CONVERT = "convert it to JPEG, PNG, WebP or GIF";
const PHONE =
  `${CONVERT}, or have the phone take photographs as JPEG ("Most Compatible")`;
const PLAIN = "send the image without compression around it";
const STILL = "send one image of it as JPEG, PNG, WebP or GIF";

/** What stands at an offset of files of a type. */
type Signature = readonly [
  name: string,
  advice: string,
  offset: number,
  ...texts: string[],
];

const SIGNATURES: readonly Signature[] = [
  ["TIFF", CONVERT, 0, "II*\0", "MM\0*", "II+\0", "MM\0+"],
  ["BMP", CONVERT, 0, "BM"],
  ["ICO", CONVERT, 0, "\0\0\x01\0", "\0\0\x02\0"],
  ["PSD", CONVERT, 0, "8BPS"],
  ["JPEG XL", CONVERT, 0, "\xff\x0a", "\0\0\0\x0cJXL "],
  ["JPEG 2000", CONVERT, 0, "\xff\x4f\xff\x51", "\0\0\0\x0cjP  "],
  ["QOI", CONVERT, 0, "qoif"],
  ["gzip", PLAIN, 0, "\x1f\x8b"],
  ["Zstandard", PLAIN, 0, "\x28\xb5\x2f\xfd"],
  ["ZIP", PLAIN, 0, "PK\x03\x04", "PK\x05\x06"],
  ["PDF", CONVERT, 0, "%PDF-"],
  ["Matroska or WebM video", STILL, 0, "\x1a\x45\xdf\xa3"],
  ["AVI video", STILL, 8, "AVI "],
];

/** Brands of files in the ISO base media format (ISO/IEC 14496-12, 4.3), behind "ftyp". */
const BRANDS: readonly Signature[] = [
  ["AVIF", CONVERT, 8, "avif", "avis"],
  ["HEIC", PHONE, 8, "heic", "heix", "hevc", "hevx", "heim", "heis"],
  ["HEIC", PHONE, 8, "mif1", "msf1"],
  ["JPEG XL", CONVERT, 8, "jxl "],
  ["video", STILL, 8, ""],
];

/** How far into a file a root element is looked for. */
const TEXT_BYTES = 1024;

/** What the bytes are, where they start like something known. */
export function foreignTypeOf(bytes: Uint8Array): ForeignType | undefined {
  const found = startsWith(bytes, 4, "ftyp")
    ? brandOf(bytes)
    : SIGNATURES.find((signature) => matches(bytes, signature));
  if (found !== undefined) return { name: found[0], advice: found[1] };
  return textType(bytes);
}

/** Which brand a file names first; an AVIF file may call itself mif1 before. */
function brandOf(bytes: Uint8Array): Signature | undefined {
  const compatible = BRANDS[0]!.slice(3) as string[];
  const brands = String.fromCharCode(...bytes.subarray(8, 40));
  if (compatible.some((brand) => brands.includes(brand))) return BRANDS[0];
  return BRANDS.find((signature) => matches(bytes, signature));
}

function matches(
  bytes: Uint8Array,
  [, , offset, ...texts]: Signature,
): boolean {
  return texts.some((text) => startsWith(bytes, offset, text));
}

function textType(bytes: Uint8Array): ForeignType | undefined {
  const text = new TextDecoder("utf-8", { fatal: false })
    .decode(bytes.subarray(0, TEXT_BYTES)).trimStart();
  if (!text.startsWith("<")) return undefined;
  if (/<svg[\s>]/i.test(text)) return { name: "SVG", advice: CONVERT };
  if (/^<(!doctype html|html)/i.test(text)) {
    return { name: "an HTML page", advice: "send the image itself" };
  }
  return undefined;
}
