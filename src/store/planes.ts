/**
 * 32-bit floats in fewer bytes, without loss.
 *
 * Bytes of the same significance are grouped in four planes: the exponents; the
 * sign with the upper mantissa; the middle mantissa; the lower. The exponents of
 * a tensor are alike, so that their plane shrinks to a third. Mantissas are
 * noise and stay as they are, unless a whole plane of them is zero.
 *
 *   packed = the lengths of the four planes, 16 bits each, little-endian,
 *            and the planes one after the other
 *
 * A plane of length 0 is all zeros, one with as many bytes as there are floats
 * is stored as it is, any other is deflated (RFC 1951). If that saves nothing, the floats'
 * own bytes are stored, recognizable by their number.
 *
 * @module
 */

const PLANES = 4;
const HEADER = 2 * PLANES;

/** Packs at most 65,535 floats, given and returned as bytes. */
export async function pack(
  bytes: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array<ArrayBuffer>> {
  const planes: Uint8Array[] = [];
  for (const plane of split(bytes)) planes.push(await shrink(plane));
  const length = planes.reduce((sum, plane) => sum + plane.length, HEADER);
  if (length >= bytes.length) return bytes;
  const packed = new Uint8Array(length);
  const header = new DataView(packed.buffer);
  let offset = HEADER;
  for (const [i, plane] of planes.entries()) {
    header.setUint16(2 * i, plane.length, true);
    packed.set(plane, offset);
    offset += plane.length;
  }
  return packed;
}

/** Unpacks the `length` bytes of the floats; undefined if `packed` is invalid. */
export async function unpack(
  packed: Uint8Array<ArrayBuffer>,
  length: number,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  if (packed.length === length) return packed;
  if (packed.length < HEADER || packed.length > length) return undefined;
  const header = new DataView(packed.buffer, packed.byteOffset, HEADER);
  const planes: Uint8Array[] = [];
  let offset = HEADER;
  for (let i = 0; i < PLANES; i++) {
    const end = offset + header.getUint16(2 * i, true);
    const plane = await grow(packed.subarray(offset, end), length / 4);
    if (end > packed.length || plane === undefined) return undefined;
    planes.push(plane);
    offset = end;
  }
  return offset === packed.length ? join(planes, length) : undefined;
}

function split({ buffer, byteOffset, length }: Uint8Array): Uint8Array[] {
  const words = new Uint32Array(buffer, byteOffset, length / 4);
  const exponents = new Uint8Array(words.length);
  const upper = new Uint8Array(words.length);
  const middle = new Uint8Array(words.length);
  const lower = new Uint8Array(words.length);
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    exponents[i] = word >>> 23;
    upper[i] = word >>> 24 & 0x80 | word >>> 16 & 0x7f;
    middle[i] = word >>> 8;
    lower[i] = word;
  }
  return [exponents, upper, middle, lower];
}

function join(
  planes: readonly Uint8Array[],
  length: number,
): Uint8Array<ArrayBuffer> {
  const [exponents, upper, middle, lower] = planes;
  const words = new Uint32Array(length / 4);
  for (let i = 0; i < words.length; i++) {
    words[i] = (upper![i]! & 0x80) << 24 | exponents![i]! << 23 |
      (upper![i]! & 0x7f) << 16 | middle![i]! << 8 | lower![i]!;
  }
  return new Uint8Array(words.buffer);
}

async function shrink(plane: Uint8Array): Promise<Uint8Array> {
  if (plane.every((byte) => byte === 0)) return plane.subarray(0, 0);
  // Imported late: it takes half as long as a start of the server.
  const { constants, deflateRawSync } = await import("node:zlib");
  // Matching repeated strings takes four times as long and compresses worse (measured).
  const deflated = deflateRawSync(plane, {
    strategy: constants.Z_HUFFMAN_ONLY,
  });
  return deflated.length < plane.length ? deflated : plane;
}

/** The plane of `length` bytes that was shrunk to these; undefined if there is none. */
async function grow(
  shrunk: Uint8Array<ArrayBuffer>,
  length: number,
): Promise<Uint8Array | undefined> {
  if (shrunk.length === length) return shrunk;
  const plane = new Uint8Array(length);
  if (shrunk.length === 0) return plane;
  // Not the stream of a Blob: Deno leaks some bytes of every Blob (measured).
  const inflated = ReadableStream.from([shrunk])
    .pipeThrough(new DecompressionStream("deflate-raw"));
  let offset = 0;
  try {
    for await (const bytes of inflated) {
      // Throws as soon as there is more than there may be.
      plane.set(bytes, offset);
      offset += bytes.length;
    }
  } catch (error) {
    if (error instanceof TypeError || error instanceof RangeError) {
      return undefined;
    }
    throw error;
  }
  return offset === length ? plane : undefined;
}
