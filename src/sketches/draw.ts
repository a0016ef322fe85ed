/**
 * The built-in sketch set: 31 office items drawn by code in three looks. It lets
 * everything that needs labelled pictures run without a download; what is
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
import { type Drawing, toPixels } from "./canvas.ts";
import { type Layer, Variation } from "./layers.ts";
import { amazon, dslr, type Look, webcam } from "./looks.ts";

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
  const scene = member(LOOKS, look, "look");
  const drawing = member(ITEMS, item, "item");
  const shape = Random.fromSeed(variant, `sketch ${look} ${item} shape`);
  const taking = Random.fromSeed(variant, `sketch ${look} ${item} taking`);
  return toPixels(scene(SIZE, drawing(new Variation(shape)), taking));
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
