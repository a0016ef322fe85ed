/**
 * The built-in sketch set: 31 office items drawn by code in three looks. It lets
 * everything that needs labelled images run without a download; what is
 * learned from it says nothing about photographs.
 *
 * @module
 */

import { Random } from "../nn/prng.ts";
import * as belongings from "./belongings.ts";
import * as computers from "./computers.ts";
import * as machines from "./machines.ts";
import * as keypads from "./keypads.ts";
import * as furniture from "./furniture.ts";
import * as fittings from "./fittings.ts";
import * as papers from "./papers.ts";
import * as tools from "./tools.ts";
import { type Drawing, type Pose, toPixels } from "./canvas.ts";
import { type Layer, Variation } from "./layers.ts";
import { amazon, dslr, type Look, type Scene, webcam } from "./looks.ts";

type ItemDrawing = (v: Variation) => Layer[];

const LOOKS: Readonly<Record<string, Look>> = { amazon, dslr, webcam };
const ITEMS: Readonly<Record<string, ItemDrawing>> = {
  ...belongings,
  ...computers,
  ...fittings,
  ...furniture,
  ...keypads,
  ...machines,
  ...papers,
  ...tools,
};

/** The looks, by name, sorted. */
export const SKETCH_LOOKS: readonly string[] = Object.keys(LOOKS).sort();
/** The items, by name, sorted. */
export const SKETCH_ITEMS: readonly string[] = Object.keys(ITEMS).sort();

/** Sides of a drawing; the webcam look has half of it. */
const SIZE = 128;

/** The traits of a drawing, besides its item and its look. */
export interface SketchTraits {
  /** The angle by which the item is turned, either way, in degrees in [0, 15]. */
  readonly turn: number;
  /** True if the item casts a shadow. */
  readonly shaded: boolean;
}

/**
 * Draws an item in a look, as RGBA pixels. The same look, item and variant give
 * the same bytes on every machine.
 *
 * @throws {RangeError} If the look or the item is not one of the set's, or the
 * variant not a safe integer.
 */
export function drawSketch(
  look: string,
  item: string,
  variant: number,
): Drawing {
  const drawing = member(ITEMS, item, "item");
  const shape = Random.fromSeed(variant, `sketch ${look} ${item} shape`);
  const layers = drawing(new Variation(shape));
  return toPixels(sceneOf(look, item, variant, layers).paint());
}

/**
 * Tells the traits of the drawing of the same look, item and variant; the
 * same numbers on every machine.
 *
 * @throws {RangeError} As {@linkcode drawSketch}.
 */
export function sketchTraits(
  look: string,
  item: string,
  variant: number,
): SketchTraits {
  member(ITEMS, item, "item");
  const { pose, shaded } = sceneOf(look, item, variant, []);
  return { turn: turnOfPose(pose), shaded };
}

function sceneOf(
  look: string,
  item: string,
  variant: number,
  layers: Layer[],
): Scene {
  const taking = Random.fromSeed(variant, `sketch ${look} ${item} taking`);
  return member(LOOKS, look, "look")(SIZE, layers, taking);
}

/** The angle between the item's horizontal and the image's, in degrees. */
function turnOfPose({ a, c }: Pose): number {
  return 180 / Math.PI * arctangent(Math.abs(c / a));
}

/**
 * arctan x = x − x³/3 + x⁵/5 − …, for 0 ≤ x ≤ ⅓, to 12 digits: `Math.atan` may
 * differ from one machine to another.
 */
function arctangent(x: number): number {
  let sum = 0;
  let power = x;
  for (let n = 1; n <= 23; n += 2) {
    sum += power / n;
    power *= -x * x;
  }
  return sum;
}

function member<T>(
  table: Readonly<Record<string, T>>,
  name: string,
  what: string,
): T {
  if (!Object.hasOwn(table, name)) {
    throw new RangeError(
      `Cannot draw the ${what} "${name}": expected one of ${
        Object.keys(table).sort().join(", ")
      }`,
    );
  }
  return table[name]!;
}
