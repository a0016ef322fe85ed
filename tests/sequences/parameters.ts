/** Parameters of the operations, generated. @module */

import fc from "fast-check";
import type { Match } from "./checks.ts";
import type { Fault } from "./faults.ts";
import { IMAGES } from "./images.ts";
import type { KeyName } from "./world.ts";

/** The key of a change; the admin's comes most often. */
export const by = fc.constantFrom<KeyName>("root", "root", "ann", "bob");
/** The fault of the store while a change is made. */
export const fault = fc.oneof(
  { weight: 9, arbitrary: fc.constant<Fault>("none") },
  { weight: 3, arbitrary: fc.constantFrom<Fault>("down", "lost", "gone") },
);
/** The state that If-Match names. */
export const match = fc.oneof(
  { weight: 6, arbitrary: fc.constant<Match>("none") },
  { weight: 3, arbitrary: fc.constantFrom<Match>("any", "right", "wrong") },
);
/** A place in a list, counted around. */
export const at = fc.nat({ max: 40 });
/** An image, by its place. */
export const image = fc.nat({ max: IMAGES.length - 1 });
/** A head of classes. */
export const head = fc.constantFrom("place", "thing");
/** A new label. */
export const label = fc.constantFrom("mug", "cup", "studio", "a/b ü");
/** An Idempotency-Key. */
export const idempotencyKey = fc.constantFrom("a", "b", "c");
/** The name of a tag. */
export const tagName = fc.constantFrom("good", "best");

/** An example; with a label at least. */
export const example = fc.record({
  image,
  byId: fc.boolean(),
  place: at,
  thing: at,
  worn: fc.boolean(),
  width: fc.integer({ min: 5, max: 40 }),
}, { requiredKeys: ["image", "byId"] }).map((each) =>
  Object.keys(each).length > 2 ? each : { ...each, thing: 1 }
);

/** The options of a fine-tune. */
export const options = fc.oneof(
  fc.record({
    mode: fc.constant("steps"),
    steps: fc.integer({ min: 1, max: 4 }),
    learningRate: fc.constantFrom(1e-5, 1e-3, 0.1),
    dryRun: fc.boolean(),
  }, { requiredKeys: ["mode"] }),
  fc.record({
    steps: fc.integer({ min: 0, max: 3 }),
    dryRun: fc.boolean(),
    trusted: fc.constant(true),
    margin: fc.constantFrom(0.1, 0.5),
  }, { requiredKeys: [] }),
);
