/** Equality of floats bit by bit. @module */

/** Tells if two arrays hold the same bits: NaN equals itself, and 0 is not −0. */
export function sameBits(
  a: Float32Array,
  b: Float32Array | undefined,
): boolean {
  if (a === b) return true;
  if (a.length !== b?.length) return false;
  const [x, y] = [bitsOf(a), bitsOf(b)];
  for (let i = 0; i < x.length; i++) {
    if (x[i] !== y[i]) return false;
  }
  return true;
}

function bitsOf({ buffer, byteOffset, length }: Float32Array): Int32Array {
  return new Int32Array(buffer, byteOffset, length);
}
