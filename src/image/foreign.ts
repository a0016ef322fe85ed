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
const ITSELF = "send the image itself";
const BYTES = "send the bytes that it stands for";

/** The bytes at an offset in files of a type. */
type Signature = readonly [
  name: string,
  advice: string,
  offset: number,
  ...texts: string[],
];

const SIGNATURES: readonly Signature[] = [
  ["TIFF", CONVERT, 0, "II*\0", "MM\0*", "II+\0", "MM\0+"],
  [
    "a camera's raw file",
    CONVERT,
    0,
    "FUJIFILMCCD-RAW",
    "IIRO",
    "IIU\0",
    "FOVb",
  ],
  ["BMP", CONVERT, 0, "BM"],
  ["TGA", CONVERT, 0, "\0\0\x02\0\0", "\0\0\x0a\0\0"],
  ["ICO", CONVERT, 0, "\0\0\x01\0", "\0\0\x02\0"],
  ["PSD", CONVERT, 0, "8BPS"],
  ["XCF", CONVERT, 0, "gimp xcf"],
  ["JPEG XL", CONVERT, 0, "\xff\x0a", "\0\0\0\x0cJXL "],
  ["JPEG 2000", CONVERT, 0, "\xff\x4f\xff\x51", "\0\0\0\x0cjP  "],
  ["JPEG XR", CONVERT, 0, "II\xbc"],
  ["QOI", CONVERT, 0, "qoif"],
  ["OpenEXR", CONVERT, 0, "\x76\x2f\x31\x01"],
  ["Radiance HDR", CONVERT, 0, "#?RADIANCE", "#?RGBE"],
  ["DDS", CONVERT, 0, "DDS "],
  ["DICOM", CONVERT, 128, "DICM"],
  [
    "Netpbm",
    CONVERT,
    0,
    ...["1", "2", "3", "4", "5", "6", "7"].flatMap((
      n,
    ) => [`P${n}\n`, `P${n} `]),
  ],
  ["PostScript", CONVERT, 0, "%!PS", "\xc5\xd0\xd3\xc6"],
  ["PDF", CONVERT, 0, "%PDF-"],
  ["MNG", STILL, 0, "\x8aMNG"],
  [
    "a PNG whose line ends were changed",
    "send its bytes as they are",
    0,
    "\x89PNG\n",
    "\x89PNG\r\n\x1a\r",
    "\x89PNG\r\r",
  ],
  [
    "an image that was read as text",
    "send its bytes as they are",
    0,
    "\xef\xbf\xbd",
  ],
  ["gzip", PLAIN, 0, "\x1f\x8b"],
  ["Zstandard", PLAIN, 0, "\x28\xb5\x2f\xfd"],
  ["bzip2", PLAIN, 0, "BZh"],
  ["xz", PLAIN, 0, "\xfd7zXZ\0"],
  ["7z", PLAIN, 0, "7z\xbc\xaf"],
  ["RAR", PLAIN, 0, "Rar!"],
  ["ZIP", PLAIN, 0, "PK\x03\x04", "PK\x05\x06"],
  ["Matroska or WebM video", STILL, 0, "\x1a\x45\xdf\xa3"],
  ["QuickTime video", STILL, 4, "moov", "mdat", "wide", "free", "skip"],
  ["MPEG video", STILL, 0, "\0\0\x01\xba", "\0\0\x01\xb3"],
  ["FLV video", STILL, 0, "FLV\x01"],
  ["AVI video", STILL, 8, "AVI "],
  ["a data: URL", BYTES, 0, "data:"],
  ["base64", BYTES, 0, "/9j/", "iVBORw0KGgo", "R0lGOD", "UklGR"],
  ["a Git LFS pointer", ITSELF, 0, "version https://git-lfs"],
  ["JSON", "send the image itself, or JSON as application/json", 0, "{"],
  ["a form", "send it as multipart/form-data with its boundary", 0, "--"],
];

/** Brands of files in the ISO base media format (ISO/IEC 14496-12, 4.3), behind "ftyp". */
const BRANDS: readonly Signature[] = [
  ["AVIF", CONVERT, 8, "avif", "avis"],
  [
    "HEIC",
    PHONE,
    8,
    "heic",
    "heix",
    "heim",
    "heis",
    "hevc",
    "hevx",
    "hevm",
    "hevs",
  ],
  ["HEIC", PHONE, 8, "mif1", "mif2", "msf1", "miaf", "heif"],
  ["AVC image", CONVERT, 8, "avci", "avcs"],
  ["JPEG XL", CONVERT, 8, "jxl "],
  ["JPEG 2000", CONVERT, 8, "jp2 ", "jpx "],
  ["a camera's raw file", CONVERT, 8, "crx "],
  ["video", STILL, 8, ""],
];

/** Bytes at the beginning of a file in which a root element is searched. */
const TEXT_BYTES = 4096;

/** The type of a file that starts like a known one. */
export function foreignTypeOf(bytes: Uint8Array): ForeignType | undefined {
  if (bytes.length === 0) return { name: "nothing", advice: ITSELF };
  const found = startsWith(bytes, 4, "ftyp")
    ? brandOf(bytes)
    : SIGNATURES.find((signature) => matches(bytes, signature));
  if (found !== undefined) return { name: found[0], advice: found[1] };
  return textType(bytes);
}

/** The first known brand of a file; an AVIF file may name mif1 first. */
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
  const start = bytes.subarray(0, TEXT_BYTES);
  const encoding = startsWith(bytes, 0, "\xff\xfe")
    ? "utf-16le"
    : startsWith(bytes, 0, "\xfe\xff")
    ? "utf-16be"
    : "utf-8";
  const text = new TextDecoder(encoding).decode(start).trimStart();
  if (!text.startsWith("<")) return undefined;
  if (/<([\w-]+:)?svg[\s/>]/i.test(text)) {
    return { name: "SVG", advice: CONVERT };
  }
  if (/^<(!doctype html|html|head|body)/i.test(text)) {
    return { name: "an HTML page", advice: ITSELF };
  }
  return { name: "XML", advice: ITSELF };
}
