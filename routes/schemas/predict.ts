/** POST /predict. @module */

import * as v from "valibot";
import type { HeadSpec } from "../../src/heads/kinds.ts";
import { DEFAULT_TOP_K } from "../../src/service/answers.ts";
import { field, fields, list, wholeText } from "./field.ts";
import { answerSchema, identity, probability } from "./model.ts";

/** The query. */
export const predictQuery = fields({
  topK: v.optional(
    wholeText(1, "The most classes to list per head.", {
      default: DEFAULT_TOP_K,
    }),
  ),
  version: v.optional(
    wholeText(0, "The version to predict with; the newest by default."),
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

/** The answers of all heads for every image. */
export function predictAnswer(heads: readonly HeadSpec[]) {
  return fields({
    predictions: v.array(
      fields({
        id: v.optional(
          v.pipe(
            v.string(),
            v.description(
              "Can be sent in place of the image to /finetune, for an hour.",
            ),
          ),
        ),
        known: v.pipe(
          v.nullable(probability),
          v.description(
            "How familiar the image looks: the share of held-out images that look less familiar; null if it was not measured.",
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
