/** The log of a version: the parts of the request that made it. @module */

import { isKnown } from "../heads/head.ts";
import type { HeadSpec } from "../heads/kinds.ts";
import type { Tensor } from "../store/draft.ts";
import type { ChangeLog } from "../store/manifest.ts";
import type { FeatureRows } from "./pool.ts";

/** A request's labels by the head's name, null where there is none. */
export function labelsByName(
  heads: readonly HeadSpec[],
  { labels }: FeatureRows,
): ChangeLog["labels"] {
  return Object.fromEntries(heads.map(({ name }, h) => [
    name,
    Array.from(labels[h]!, (label) => isKnown(label) ? label : null),
  ]));
}

/** A request's features. */
export function featuresTensor({ features, length }: FeatureRows): Tensor {
  const shape = [length, features.length / length];
  return { name: "features", shape, values: features };
}
