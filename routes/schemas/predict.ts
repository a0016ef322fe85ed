/** POST /predict. @module */

import * as v from "valibot";
import type { HeadSpec } from "../../src/heads/kinds.ts";
import { field, fields, list, wholeText } from "./field.ts";
import { answerSchema, identity, probability } from "./model.ts";

/** Classes listed per head where topK does not say. */
export const DEFAULT_TOP_K = 5;

/** The query. */
export const predictQuery = fields({
  topK: v.optional(
    wholeText(1, "The most classes to list per head.", {
      default: DEFAULT_TOP_K,
    }),
  ),
  version: v.optional(
    wholeText(0, "The version to ask; the newest by default."),
  ),
});

/** An image as a `data:` URL in base64. No other URL is ever followed. */
export const dataUrl = field(
  v.pipe(v.string(), v.regex(/^data:[^,]*;base64,/i)),
  "data:image/…;base64,…",
  {
    description: "A JPEG, PNG, WebP or GIF as a data: URL in base64.",
    json: { type: "string", pattern: "^data:[^,]*;base64," },
  },
);

/** The body as JSON. */
export function predictBody(maxImages: number) {
  return fields({ images: list(dataUrl, maxImages) });
}

/** What every head says of every image. */
export function predictAnswer(heads: readonly HeadSpec[]) {
  return fields({
    predictions: v.array(
      fields({
        id: v.optional(
          v.pipe(
            v.string(),
            v.description("Stands for the image in /finetune, for an hour."),
          ),
        ),
        known: v.pipe(
          v.nullable(probability),
          v.description(
            "The share of held-out images that look less like what the model knows; null where it was not measured.",
          ),
        ),
        ...Object.fromEntries(
          heads.map((head) => [head.name, answerSchema(head)]),
        ),
      }),
    ),
    model: identity,
  });
}
