/** Rounding of moments, so that a version takes less space. @module */

/** Mantissa bits that are dropped: 16 of 24 significant bits remain. */
const DROPPED = 8;
const MASK = (1 << DROPPED) - 1;
/** The magnitude, as bits, from which on rounding would overflow. */
const LARGEST = 0x7f7fff80;

/**
 * Rounds values to 16 significant bits in place, to the nearest, ties to even:
 * the relative error of a normal number is at most 2⁻¹⁶. A number that is not finite, or
 * would overflow, stays as it is.
 */
export function round(values: Float32Array): void {
  const bits = new Uint32Array(
    values.buffer,
    values.byteOffset,
    values.length,
  );
  bits.forEach((word, i) => {
    if ((word & 0x7fffffff) >= LARGEST) return;
    const odd = word >>> DROPPED & 1;
    bits[i] = (word + (MASK >>> 1) + odd) & ~MASK;
  });
}
