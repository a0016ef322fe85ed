/**
 * Reads safetensors headers, and validates everything in them.
 *
 * @module
 */

import { CheckpointError } from "../errors.ts";
import {
  byteLengthOf,
  type DType,
  ELEMENT_SIZE,
  HEADER_LIMIT,
  METADATA,
  type SafetensorsHeader,
  type TensorInfo,
} from "./safetensors.ts";
import { parseStrictJson } from "./strict_json.ts";

/** Characters of a value that a message shows. */
const SHOWN = 80;

/** A safetensors file whose tensors are read one by one. */
export interface SafetensorsReader {
  readonly header: SafetensorsHeader;
  /** One tensor's little-endian bytes, aligned to its elements. */
  read(name: string): Promise<Uint8Array<ArrayBuffer>>;
}

/**
 * The end of the header, in bytes from the start of the file.
 *
 * @param start At least the first 8 bytes of the file, or all of a shorter one.
 * @throws {CheckpointError} If the header is longer than the file or the format allow.
 */
export function headerEnd(start: Uint8Array, fileLength: number): number {
  if (start.length < 8) {
    refuse("at least 8 bytes", `${start.length}`);
  }
  const length = new DataView(start.buffer, start.byteOffset, 8)
    .getBigUint64(0, true);
  const limit = Math.min(HEADER_LIMIT, fileLength - 8);
  if (length > limit) {
    refuse(
      `a file that begins with its length, at most ${limit} bytes`,
      `${length}`,
    );
  }
  return 8 + Number(length);
}

/**
 * Parses and checks a header.
 *
 * @param start The file up to the end of its header, or more.
 * @throws {CheckpointError} If it violates the format.
 */
export function parseHeader(
  start: Uint8Array,
  fileLength: number,
): SafetensorsHeader {
  const dataOffset = headerEnd(start, fileLength);
  const { [METADATA]: metadata = {}, ...entries } = parseJson(
    start.subarray(8, dataOffset),
  );
  const tensors = Object.entries(entries)
    .map(([name, entry]) => [name, parseInfo(name, entry)] as const)
    .sort(([, a], [, b]) =>
      a.offsets[0] - b.offsets[0] || a.offsets[1] - b.offsets[1]
    );
  checkCoverage(tensors, fileLength - dataOffset);
  return {
    metadata: checkMetadata(metadata),
    tensors: new Map(tensors),
    dataOffset,
    byteLength: fileLength,
  };
}

/**
 * Reads a file that is in memory.
 *
 * @throws {CheckpointError} If it violates the format.
 */
export function decodeSafetensors(bytes: Uint8Array): SafetensorsReader {
  const header = parseHeader(bytes, bytes.length);
  return {
    header,
    read: (name) => {
      const [begin, end] = extentOf(header, name);
      return Promise.resolve(new Uint8Array(bytes.subarray(begin, end)));
    },
  };
}

/**
 * Reads a file that is in memory and stays as it is: tensors are views of it.
 * Only one that does not lie on a multiple of its elements' size is copied.
 *
 * @throws {CheckpointError} If it violates the format.
 */
export function viewSafetensors(
  bytes: Uint8Array<ArrayBuffer>,
): SafetensorsReader {
  const header = parseHeader(bytes, bytes.length);
  return {
    header,
    read: (name) => {
      const tensor = bytes.subarray(...extentOf(header, name));
      const size = ELEMENT_SIZE[header.tensors.get(name)!.dtype];
      const aligned = tensor.byteOffset % size === 0;
      return Promise.resolve(aligned ? tensor : tensor.slice());
    },
  };
}

/**
 * The beginning and end of a tensor in the file, in bytes.
 *
 * @throws {RangeError} If there is no such tensor.
 */
export function extentOf(
  header: SafetensorsHeader,
  name: string,
): [begin: number, end: number] {
  const info = header.tensors.get(name);
  if (info === undefined) {
    throw new RangeError(
      `Cannot read tensor ${JSON.stringify(name)}: expected one of ${
        [...header.tensors.keys()].join(", ")
      }`,
    );
  }
  const [begin, end] = info.offsets;
  return [header.dataOffset + begin, header.dataOffset + end];
}

function parseJson(bytes: Uint8Array): Record<string, unknown> {
  if (bytes[0] !== "{".charCodeAt(0)) {
    refuse("a header that starts with {", `byte ${bytes[0]}`);
  }
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return parseStrictJson(text) as Record<string, unknown>;
  } catch (cause) {
    return refuse("a header of UTF-8 JSON", (cause as Error).message, cause);
  }
}

function parseInfo(name: string, entry: unknown): TensorInfo {
  const about = `tensor ${JSON.stringify(name)}`;
  const { dtype, shape, data_offsets: offsets } = (entry ?? {}) as Record<
    string,
    unknown
  >;
  if (!isDType(dtype)) {
    refuse(`${about} of ${Object.keys(ELEMENT_SIZE).join(", ")}`, show(dtype));
  }
  if (!isCounts(shape)) refuse(`${about} with a shape`, show(shape));
  if (!isCounts(offsets) || offsets.length !== 2) {
    refuse(`${about} with two offsets`, show(offsets));
  }
  const [begin, end] = offsets as [number, number];
  if (begin > end) refuse(`${about} to begin before its end`, show(offsets));
  const length = byteLengthOf(dtype, shape);
  if (length === undefined) {
    refuse(`${about} of a size that can be counted`, show(shape));
  }
  if (end - begin !== length) {
    refuse(
      `${about} of ${length} bytes (${dtype} ${show(shape)})`,
      `${end - begin}`,
    );
  }
  return { dtype, shape, offsets: [begin, end] };
}

/** `tensors` by their begin: each must start where the one before it ends. */
function checkCoverage(
  tensors: readonly (readonly [string, TensorInfo])[],
  dataLength: number,
): void {
  let covered = 0;
  for (const [name, { offsets: [begin, end] }] of tensors) {
    if (begin !== covered) {
      refuse(
        `tensor ${JSON.stringify(name)} to begin at ${covered}`,
        `${begin}`,
      );
    }
    covered = end;
  }
  if (covered !== dataLength) {
    refuse(`${covered} bytes of tensor data`, `${dataLength}`);
  }
}

function checkMetadata(metadata: unknown): Record<string, string> {
  const isText = typeof metadata === "object" && metadata !== null &&
    !Array.isArray(metadata) &&
    Object.values(metadata).every((value) => typeof value === "string");
  if (!isText) refuse("metadata that maps text to text", show(metadata));
  return metadata as Record<string, string>;
}

function isDType(value: unknown): value is DType {
  return typeof value === "string" && Object.hasOwn(ELEMENT_SIZE, value);
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) &&
    value.every((count) => Number.isSafeInteger(count) && count >= 0);
}

/** Short, however long or deep the value is. */
function show(value: unknown): string {
  const text = Array.isArray(value)
    ? `[${value.slice(0, SHOWN).map(showPart).join(", ")}]`
    : showPart(value);
  return text.slice(0, SHOWN);
}

function showPart(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.slice(0, SHOWN));
  if (typeof value !== "object" || value === null) return String(value);
  return Array.isArray(value) ? "[…]" : "{…}";
}

function refuse(expected: string, got: string, cause?: unknown): never {
  throw new CheckpointError(
    `Cannot read the safetensors header: expected ${expected}, got ${got}`,
    { cause },
  );
}
