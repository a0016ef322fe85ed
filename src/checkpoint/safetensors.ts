/**
 * The safetensors format: named tensors and text metadata in one file.
 *
 *   u64 N (little-endian) · N bytes of JSON, padded with spaces · tensor data
 *
 * The JSON maps each name to its dtype, shape and [begin, end) in the data;
 * `__metadata__` maps text to text. What is written depends on nothing but
 * names, values and metadata: metadata by key, tensors by element size (largest
 * first, which aligns each to its own size) and then by name.
 *
 * Source: Hugging Face, Safetensors, "Format"
 * (https://huggingface.co/docs/safetensors).
 *
 * @module
 */

/** Bytes per element of every dtype that fills whole bytes. */
export const ELEMENT_SIZE = {
  BOOL: 1,
  U8: 1,
  I8: 1,
  F8_E4M3: 1,
  F8_E5M2: 1,
  U16: 2,
  I16: 2,
  F16: 2,
  BF16: 2,
  U32: 4,
  I32: 4,
  F32: 4,
  U64: 8,
  I64: 8,
  F64: 8,
} as const;

/** The format's own bound on the JSON's bytes, against headers that exhaust memory. */
export const HEADER_LIMIT = 100_000_000;

/** The name that no tensor can have. */
export const METADATA = "__metadata__";

/** The type of a tensor's elements. */
export type DType = keyof typeof ELEMENT_SIZE;

/** A tensor's place, type and shape. */
export interface TensorInfo {
  readonly dtype: DType;
  /** Row-major; [] for a single number. */
  readonly shape: readonly number[];
  /** [begin, end) in bytes, from the start of the data. */
  readonly offsets: readonly [begin: number, end: number];
}

/** The header of a file. */
export interface SafetensorsHeader {
  readonly metadata: Readonly<Record<string, string>>;
  /** By name, in the order of their data. */
  readonly tensors: ReadonlyMap<string, TensorInfo>;
  /** The start of the data in the file, in bytes. */
  readonly dataOffset: number;
  /** The length of the file, in bytes. */
  readonly byteLength: number;
}

/** A tensor to be written. */
export interface TensorData {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly number[];
  /** Its elements, little-endian. */
  readonly data: Uint8Array;
}

/**
 * The bytes of a file, in chunks to be written one after the other: the header,
 * then each tensor's own data, not copied.
 *
 * @throws {TypeError} If a tensor's shape is invalid, or does not fit its data.
 * @throws {RangeError} If a name is repeated or reserved, a text is not valid
 * Unicode, or the header is too long for the format.
 */
export function encodeSafetensors(
  tensors: Iterable<TensorData>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array[] {
  const ordered = [...tensors].sort((a, b) =>
    ELEMENT_SIZE[b.dtype] - ELEMENT_SIZE[a.dtype] || byText(a.name, b.name)
  );
  const entries: [string, unknown][] = [];
  let begin = 0;
  for (const [i, tensor] of ordered.entries()) {
    checkTensor(tensor, ordered[i - 1]);
    const { name, dtype, shape, data } = tensor;
    const end = begin + data.length;
    entries.push([name, { dtype, shape, data_offsets: [begin, end] }]);
    begin = end;
  }
  return [headerOf(entries, metadata), ...ordered.map(({ data }) => data)];
}

/** The bytes of values, without copying. */
export function bytesOf(values: ArrayBufferView): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

/** A tensor's length in bytes, or undefined if its shape is invalid or too large to count. */
export function byteLengthOf(
  dtype: DType,
  shape: readonly number[],
): number | undefined {
  let length: number = ELEMENT_SIZE[dtype];
  for (const count of shape) {
    length *= count;
    if (!(count >= 0) || !Number.isSafeInteger(length)) return undefined;
  }
  return length;
}

function headerOf(
  entries: Iterable<[string, unknown]>,
  metadata: Readonly<Record<string, string>>,
): Uint8Array {
  const texts = Object.entries(metadata).sort(([a], [b]) => byText(a, b));
  texts.flat().forEach(checkText);
  const json = JSON.stringify({
    ...(texts.length > 0 && { [METADATA]: Object.fromEntries(texts) }),
    ...Object.fromEntries(entries),
  });
  const text = new TextEncoder().encode(json);
  const length = Math.ceil(text.length / 8) * 8;
  if (length > HEADER_LIMIT) {
    throw new RangeError(
      `Cannot write safetensors: expected a header of at most ${HEADER_LIMIT} bytes, got ${length}`,
    );
  }
  const header = new Uint8Array(8 + length).fill(" ".charCodeAt(0));
  new DataView(header.buffer).setBigUint64(0, BigInt(length), true);
  header.set(text, 8);
  return header;
}

function checkTensor(
  { name, dtype, shape, data }: TensorData,
  previous: TensorData | undefined,
): void {
  checkText(name);
  if (name === METADATA || name === previous?.name) {
    throw new RangeError(
      `Cannot write tensor ${name}: expected a name of its own, got ${
        name === METADATA ? "the reserved one" : "it twice"
      }`,
    );
  }
  const length = byteLengthOf(dtype, shape);
  if (length !== data.length) {
    throw new TypeError(
      `Cannot write tensor ${name}: expected ${length} bytes for ${dtype} [${
        shape.join(", ")
      }], got ${data.length}`,
    );
  }
}

function checkText(text: string): void {
  if (!text.isWellFormed()) {
    throw new RangeError(
      `Cannot write safetensors: expected valid Unicode, got ${
        JSON.stringify(text)
      }`,
    );
  }
}

/** By UTF-16 code unit: the same order on every machine, in every language. */
function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
