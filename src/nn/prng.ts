/**
 * The seeded generator behind every random choice of training: initial weights,
 * splits, order, augmentation. Each draws from a generator of its own, named by
 * its purpose and its epoch or step, so that a resumed run needs the random seed
 * alone to draw the numbers that the unbroken one would have drawn.
 *
 * @module
 */

const GOLDEN_GAMMA = 0x9e3779b97f4a7c15n;
const WORD = 0xffffffffffffffffn;

/**
 * One output of SplitMix64 for the counter `index`, as a 64-bit integer.
 *
 * Source: Steele, Lea, Flood 2014, "Fast splittable pseudorandom number
 * generators" (doi:10.1145/2714064.2660195), figure 16.
 */
export function splitMix64(seed: bigint, index: bigint): bigint {
  let z = (seed + (index + 1n) * GOLDEN_GAMMA) & WORD;
  z = ((z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n) & WORD;
  z = ((z ^ (z >> 27n)) * 0x94d049bb133111ebn) & WORD;
  return z ^ (z >> 31n);
}

/**
 * xoshiro128**: 32 bits a call, period 2^128 − 1.
 *
 * Source: Blackman, Vigna 2021, "Scrambled linear pseudorandom number
 * generators" (doi:10.1145/3460772); state seeded by SplitMix64 as advised there.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const order = () => {
 *   const values = [1, 2, 3, 4];
 *   Random.fromSeed(7, "order 0").shuffle(values);
 *   return values;
 * };
 *
 * assertEquals(order(), order());
 * ```
 */
export class Random {
  readonly #state: Uint32Array;

  /**
   * A generator in the given state of four words, which it goes on from in place.
   *
   * @throws {RangeError} If the words are not four, or all zero.
   */
  constructor(state: Uint32Array) {
    if (state.length !== 4 || state.every((word) => word === 0)) {
      throw new RangeError(
        `Cannot make a generator: expected four words, not all zero, got ${
          state.join(", ")
        }`,
      );
    }
    this.#state = state;
  }

  /**
   * A generator for `seed`. Different `stream` names give independent
   * generators of the same seed, so that one consumer's draws do not move
   * another's.
   *
   * @throws {RangeError} If the seed is not a safe integer.
   */
  static fromSeed(seed: number, stream = ""): Random {
    if (!Number.isSafeInteger(seed)) {
      throw new RangeError(
        `Cannot seed the generator: expected a safe integer, got ${seed}`,
      );
    }
    let key = BigInt.asUintN(64, BigInt(seed));
    for (const byte of new TextEncoder().encode(stream)) {
      key = splitMix64(key, BigInt(byte));
    }
    const low = splitMix64(key, 0n);
    const high = splitMix64(key, 1n);
    return new Random(
      Uint32Array.of(
        Number(low & 0xffffffffn),
        Number(low >> 32n),
        Number(high & 0xffffffffn),
        Number(high >> 32n) | 1, // the all-zero state is the one that never leaves itself
      ),
    );
  }

  /** A uniform 32-bit unsigned integer. */
  uint32(): number {
    const s = this.#state;
    const s1 = s[1]!;
    const product = Math.imul(s1, 5);
    const result = Math.imul((product << 7) | (product >>> 25), 9) >>> 0;
    s[2]! ^= s[0]!;
    s[3]! ^= s1;
    s[1]! ^= s[2]!;
    s[0]! ^= s[3]!;
    s[2]! ^= s1 << 9;
    s[3] = (s[3]! << 11) | (s[3]! >>> 21);
    return result;
  }

  /** A uniform number in [0, 1), a multiple of 2^−32. */
  uniform(): number {
    return this.uint32() / 0x1_0000_0000;
  }

  /**
   * A uniform integer in [0, bound), without modulo bias.
   *
   * @throws {RangeError} If the bound is not an integer in [1, 2^32].
   */
  below(bound: number): number {
    if (!Number.isInteger(bound) || bound < 1 || bound > 0x1_0000_0000) {
      throw new RangeError(
        `Cannot draw below ${bound}: expected an integer in [1, 2^32]`,
      );
    }
    const accepted = 0x1_0000_0000 - (0x1_0000_0000 % bound);
    let value = this.uint32();
    while (value >= accepted) value = this.uint32();
    return value % bound;
  }

  /** Shuffles numbers in place, every order equally likely (Knuth, TAOCP volume 2, Algorithm P). */
  shuffle<T>(values: { [index: number]: T; readonly length: number }): void {
    for (let i = values.length - 1; i > 0; i--) {
      const j = this.below(i + 1);
      const value = values[i]!;
      values[i] = values[j]!;
      values[j] = value;
    }
  }
}
