/** Multiply-add with one rounding, by whole numbers of any length. @module */

/** Below all floats and products of two: they are whole multiples of it. */
const UNIT = -298;
const LEAST = -149;
const DIGITS = 24;

/**
 * sum + a·b of 32-bit floats, rounded once: to nearest, ties to even.
 *
 * Source: IEEE 754-2019, 5.4.1, fusedMultiplyAdd.
 */
export function multiplyAdd(sum: number, a: number, b: number): number {
  const product = a * b; // exact, as is what follows where it is zero or not finite
  if (!Number.isFinite(product + sum)) return product + sum;
  const exact = whole(a) * whole(b) + (whole(sum) << BigInt(LEAST - UNIT));
  if (exact === 0n) return product + sum;
  return exact < 0n ? -rounded(-exact) : rounded(exact);
}

/** A float in units of 2⁻¹⁴⁹. */
function whole(x: number): bigint {
  return BigInt(x * 2 ** -LEAST);
}

/** The float nearest to a multiple of 2⁻²⁹⁸. */
function rounded(exact: bigint): number {
  const dropped = Math.max(bitsOf(exact) - DIGITS, LEAST - UNIT);
  const half = 1n << BigInt(dropped - 1);
  let kept = exact >> BigInt(dropped);
  const rest = exact - (kept << BigInt(dropped));
  if (rest > half || (rest === half && kept % 2n === 1n)) kept++;
  const value = Number(kept) * 2 ** (dropped + UNIT);
  return value < 2 ** 128 ? value : Infinity;
}

function bitsOf(x: bigint): number {
  const digits = x.toString(16);
  return 4 * digits.length - Math.clz32(parseInt(digits[0]!, 16)) + 28;
}
