/**
 * The sketch set as a source of examples.
 *
 * @module
 */

import type { HeadSpec } from "../heads/kinds.ts";
import { SKETCH_ITEMS, SKETCH_LOOKS, sketchTraits } from "../sketches/draw.ts";
import { pickHeads, type Source, type SourceEntry } from "./source.ts";

/** The heads that drawings have labels for. */
export const SKETCH_HEADS: readonly HeadSpec[] = [
  { name: "domain", kind: "classes", labels: SKETCH_LOOKS },
  { name: "item", kind: "classes", labels: SKETCH_ITEMS },
  {
    name: "turn",
    kind: "number",
    unit: "degrees",
    mean: 0,
    standardDeviation: 1,
  },
  { name: "shaded", kind: "binary" },
];

/** Those that a folder of photographs has, too. */
export const USUAL_SKETCH_HEADS: readonly string[] = ["domain", "item"];

/**
 * `perClass` drawings of each item in each look, labelled for the heads of these
 * names.
 *
 * @throws {RangeError} If `perClass` is not a positive integer.
 * @throws {DataError} If there are no such heads.
 */
export function sketchSource(
  perClass = 12,
  heads: readonly string[] = USUAL_SKETCH_HEADS,
): Source {
  if (!Number.isSafeInteger(perClass) || perClass < 1) {
    throw new RangeError(
      `Cannot make the sketch set: expected a positive number of drawings, got ${perClass}`,
    );
  }
  const entries = SKETCH_LOOKS.flatMap((look, domain) =>
    SKETCH_ITEMS.flatMap((name, item) =>
      Array.from({ length: perClass }, (_, variant): SourceEntry => {
        const { turn, shaded } = sketchTraits(look, name, variant);
        return {
          id: `sketch/${look}/${name}/${variant}`,
          labels: [domain, item, turn, shaded ? 1 : 0],
          origin: { kind: "sketch", look, item: name, variant },
        };
      })
    )
  );
  return pickHeads({ heads: SKETCH_HEADS, entries, warnings: [] }, heads);
}
