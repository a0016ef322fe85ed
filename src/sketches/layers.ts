/**
 * The layers of an item: shapes in colours, painted one over the other, and
 * the random choices that make two drawings of the same item differ.
 *
 * @module
 */

import type { Random } from "../nn/prng.ts";
import { placed, type Shape } from "./shapes.ts";

/** Red, green and blue, 0 … 255. */
export type Colour = readonly [number, number, number];

/** A shape in one colour. */
export interface Layer {
  shape: Shape;
  colour: Colour;
  /** 0 … 1. */
  opacity: number;
}

/** A shape filled with a colour. */
export function fill(shape: Shape, colour: Colour, opacity = 1): Layer {
  return { shape, colour, opacity };
}

/** Layers turned about (0, 0), scaled, then moved together. */
export function group(
  layers: Layer[],
  x: number,
  y: number,
  scale = 1,
  t = 0,
): Layer[] {
  return layers.map((layer) => ({
    ...layer,
    shape: placed(layer.shape, x, y, scale, t),
  }));
}

/** A colour written as 0xrrggbb. */
export function rgb(hexadecimal: number): Colour {
  return [
    (hexadecimal >> 16) & 255,
    (hexadecimal >> 8) & 255,
    hexadecimal & 255,
  ];
}

/** `share` of `b`, the rest of `a`. */
export function mix(a: Colour, b: Colour, share: number): Colour {
  const at = (i: 0 | 1 | 2) => a[i] + (b[i] - a[i]) * share;
  return [at(0), at(1), at(2)];
}

/** Of paper; not quite white, so that it shows on white. */
export const WHITE: Colour = rgb(0xf7f7f5);
/** Of rubber and matt plastic. */
export const BLACK: Colour = rgb(0x1d1d20);
/** Of print on paper. */
export const GREY: Colour = rgb(0x8b8f94);
/** Of bare metal. */
export const STEEL: Colour = rgb(0xb9bec4);

/** A colour moved towards black. */
export function darker(colour: Colour, share = 0.3): Colour {
  return mix(colour, BLACK, share);
}

/** A colour moved towards white. */
export function lighter(colour: Colour, share = 0.35): Colour {
  return mix(colour, WHITE, share);
}

/** The random choices of one drawing. */
export class Variation {
  readonly #random: Random;

  /** Draws from `random` whatever is asked for. */
  constructor(random: Random) {
    this.#random = random;
  }

  /** A uniform number in [low, high). */
  between(low: number, high: number): number {
    return low + (high - low) * this.#random.uniform();
  }

  /** A uniform integer in [low, high]. */
  whole(low: number, high: number): number {
    return low + this.#random.below(high - low + 1);
  }

  /** True with the given probability. */
  chance(probability: number): boolean {
    return this.#random.uniform() < probability;
  }

  /** One of the values. */
  pick<T>(values: readonly [T, ...T[]]): T {
    return values[this.#random.below(values.length)]!;
  }

  /** One of the colours given as 0xrrggbb, a little off. */
  colour(...hexadecimals: [number, ...number[]]): Colour {
    const [r, g, b] = rgb(this.pick(hexadecimals));
    const near = (value: number) =>
      Math.max(0, Math.min(255, value + this.between(-14, 14)));
    return [near(r), near(g), near(b)];
  }
}
