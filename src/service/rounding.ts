/** Moments with fewer digits, so that a version takes less room. @module */

/** Mantissa bits that go: 16 significant bits are left of 24. */
const DROPPED = 8;
const MASK = (1 << DROPPED) - 1;
/** From here on, as bits without their sign, rounding would leave the finite numbers. */
const LARGEST = 0x7f7fff80;

/**
 * Rounds values to 16 significant bits in place, to the nearest, ties to even:
 * the relative error of a normal number is at most 2⁻¹⁶. What is not finite, or
 * would not be any more, stays as it is.
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
