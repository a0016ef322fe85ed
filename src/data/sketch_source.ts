/**
 * The sketch set as a source of examples.
 *
 * @module
 */

import type { Source, SourceEntry } from "./source.ts";
import { SKETCH_ITEMS, SKETCH_LOOKS } from "../sketches/draw.ts";

/**
 * `perClass` drawings of each item in each look.
 *
 * @throws {RangeError} If `perClass` is not a positive integer.
 */
export function sketchSource(perClass = 12): Source {
  if (!Number.isSafeInteger(perClass) || perClass < 1) {
    throw new RangeError(
      `Cannot make the sketch set: expected a positive number of drawings, got ${perClass}`,
    );
  }
  const entries = SKETCH_LOOKS.flatMap((look, domain) =>
    SKETCH_ITEMS.flatMap((name, item) =>
      Array.from({ length: perClass }, (_, variant): SourceEntry => ({
        id: `sketch/${look}/${name}/${variant}`,
        labels: [domain, item],
        origin: { kind: "sketch", look, item: name, variant },
      }))
    )
  );
  return {
    heads: [
      { name: "domain", kind: "classes", labels: SKETCH_LOOKS },
      { name: "item", kind: "classes", labels: SKETCH_ITEMS },
    ],
    entries,
    warnings: [],
  };
}
