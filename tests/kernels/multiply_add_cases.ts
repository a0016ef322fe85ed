/** Arguments on which multiply-adds go wrong, and any others. @module */

import { Random } from "../../src/nn/prng.ts";

/** sum, a, b. */
export type Case = readonly [sum: number, a: number, b: number];

const LEAST = 2 ** -149;
const GREATEST = 2 ** 128 - 2 ** 104;

/** Floats at the ends of their ranges. */
const SPECIAL = [
  0,
  LEAST,
  3 * LEAST,
  2 ** -126 - LEAST,
  2 ** -126,
  2 ** -75,
  2 ** -24,
  1 - 2 ** -24,
  1,
  1 + 2 ** -23,
  3,
  2 ** 24 + 2,
  2 ** 64,
  2 ** 127,
  GREATEST,
  Infinity,
  NaN,
].flatMap((x) => [x, -x]);

/** Every way to choose three of the floats at the ends of their ranges. */
export function* specialCases(): Generator<Case> {
  for (const sum of SPECIAL) {
    for (const a of SPECIAL) for (const b of SPECIAL) yield [sum, a, b];
  }
}

/** Cases of every kind in turn, without end. */
export function* randomCases(seed: number): Generator<Case> {
  const draw = new Draw(seed);
  for (;;) for (const kind of KINDS) yield kind(draw);
}

const KINDS: readonly ((draw: Draw) => Case)[] = [
  // Any bits at all.
  (draw) => [draw.bits(), draw.bits(), draw.bits()],
  // What networks are made of.
  (draw) => [draw.float(-20, 4), draw.float(-20, 4), draw.float(-20, 4)],
  // The sum takes away all of the product but its last places.
  (draw) => {
    const [a, b] = [draw.float(-60, 60), draw.float(-60, 60)];
    return [neighbour(-a * b, draw.below(5) - 2), a, b];
  },
  // Half way between two floats, or one part in 2²³ or 2⁴⁶ beside it.
  (draw) => {
    const exponent = draw.below(200) - 100;
    const sum = draw.float(exponent, exponent);
    const split = draw.below(40) - 20;
    const odd = 2 * draw.below(8) + 1;
    const a = draw.sign() * odd * neighbour(2 ** split, draw.below(3) - 1);
    return [
      sum,
      Math.fround(a),
      neighbour(2 ** (exponent - 24 - split), draw.below(3) - 1),
    ];
  },
  // Results below the normal floats, and products below all floats.
  (draw) => [
    draw.sign() * draw.below(2 ** draw.below(25)) * LEAST,
    draw.float(-90, -60),
    draw.float(-90, -60),
  ],
  // One operand far below the other, so that only its sign tells.
  (draw) => {
    const [sum, a] = [draw.float(-10, 100), draw.float(-40, 0)];
    return draw.below(2) === 0
      ? [sum, a, draw.float(-80, -40)]
      : [Math.fround(a * 2 ** -100), draw.float(-10, 20), sum];
  },
  // About the greatest float.
  (draw) => [
    draw.sign() * neighbour(GREATEST, -draw.below(8)),
    draw.float(40, 88),
    draw.float(30, 64),
  ],
];

/** The float `steps` places away from `x`, rounded. */
function neighbour(x: number, steps: number): number {
  const floats = new Float32Array([x]);
  if (floats[0] === 0) return steps * LEAST;
  new Int32Array(floats.buffer)[0]! += steps;
  return floats[0]!;
}

/** Draws numbers from a seed. */
class Draw {
  readonly #random: Random;
  readonly #floats = new Float32Array(1);
  readonly #words = new Uint32Array(this.#floats.buffer);

  constructor(seed: number) {
    this.#random = Random.fromSeed(seed, "multiply-add");
  }

  /** A whole number below n. */
  below(n: number): number {
    return this.#random.below(n);
  }

  /** 1 or −1. */
  sign(): number {
    return this.below(2) === 0 ? 1 : -1;
  }

  /** A float of any bits. */
  bits(): number {
    this.#words[0] = this.#random.uint32();
    return this.#floats[0]!;
  }

  /** A float in ±[2^least, 2^(greatest + 1)), its digits random. */
  float(least: number, greatest: number): number {
    const digits = 1 + (this.#random.uint32() >>> 9) * 2 ** -23;
    const exponent = least + this.below(greatest - least + 1);
    return Math.fround(this.sign() * digits * 2 ** exponent);
  }
}
