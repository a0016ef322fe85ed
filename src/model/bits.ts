/** Equality of floats bit by bit, and hashes of bytes. @module */

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

/** The same floats as whole numbers. */
export function bitsOf(
  { buffer, byteOffset, length }: Float32Array,
): Int32Array {
  return new Int32Array(buffer, byteOffset, length);
}

/**
 * The SHA-256 of bytes, as the lower-case hexadecimal text that names files,
 * images, blobs and versions.
 *
 * Source: FIPS 180-4 (doi:10.6028/NIST.FIPS.180-4).
 */
export async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return hash.toHex();
}
