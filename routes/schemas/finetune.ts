/** POST /finetune. @module */

import * as v from "valibot";
import type { HeadSpec } from "../../src/heads/kinds.ts";
import { MAX_EXAMPLES } from "../../src/service/learner.ts";
import { MAX_MARGIN } from "../../src/service/requests.ts";
import { field, fields, list, whole } from "./field.ts";
import { labelSchema, probability, wholeBeforeAfter } from "./model.ts";
import { dataUrl } from "./predict.ts";

/** The most steps of one request. */
export const MAX_STEPS = 20;
const MAX_LEARNING_RATE = 0.1;
const MODES = ["correct", "steps"] as const;

const over0 = (most: number) =>
  v.pipe(v.number(), v.gtValue(0), v.maxValue(most));

/** Options of a request, besides its examples. */
export const finetuneOptions = {
  mode: v.optional(
    field(v.picklist(MODES), MODES.join(" or "), {
      known: MODES,
      description:
        "Make the smallest change that corrects the examples, or take plain training steps. Default correct.",
    }),
  ),
  steps: v.optional(
    field(whole(0, MAX_STEPS), `a whole number from 0 to ${MAX_STEPS}`, {
      description: "Steps of the optimizer; at least 1 in mode steps.",
    }),
  ),
  learningRate: v.optional(
    field(
      over0(MAX_LEARNING_RATE),
      `a number over 0 and up to ${MAX_LEARNING_RATE}`,
      { description: "Learning rate of the steps." },
    ),
  ),
  margin: v.optional(
    field(over0(MAX_MARGIN), `a number over 0 and up to ${MAX_MARGIN}`, {
      description:
        "The margin, in logits, by which an answer must be right afterwards. Needs an admin key.",
    }),
  ),
  trusted: v.optional(
    field(v.boolean(), "true or false", {
      description:
        "Whether to believe every example, however unlikely. Needs an admin key.",
    }),
  ),
  scope: v.optional(
    field(v.picklist(["heads"]), '"heads"', {
      known: ["heads"],
      description: "The part of the model that learns: the heads.",
    }),
  ),
  dryRun: v.optional(
    field(v.boolean(), "true or false", {
      description: "Whether to compute everything and change nothing.",
    }),
  ),
};

const predictionId = field(
  v.pipe(v.string(), v.minLength(1)),
  "an id that /predict gave in the last hour",
  {
    description:
      "The id that /predict gave the image in the last hour, instead of the image.",
  },
);

/** The body as JSON. Labels are given back as numbers. */
export function finetuneBody(heads: readonly HeadSpec[]) {
  return bodyOf(heads, dataUrl);
}

/** The body as a form, parsed. */
export function finetuneForm(heads: readonly HeadSpec[]) {
  return bodyOf(heads, field(v.instance(Uint8Array), "a file"));
}

function bodyOf<const I extends v.GenericSchema>(
  heads: readonly HeadSpec[],
  image: I,
) {
  const labels: Record<string, ReturnType<typeof labelSchema>> = Object
    .fromEntries(heads.map((head) => [head.name, labelSchema(head)]));
  const example = v.pipe(
    fields({
      image: v.optional(image),
      predictionId: v.optional(predictionId),
      ...labels,
    }),
    v.transform(({ image, predictionId, ...labels }) => ({
      image: image as v.InferOutput<I> | undefined,
      predictionId: predictionId as string | undefined,
      labels: labels as Readonly<Record<string, number | undefined>>,
    })),
  );
  return fields({ examples: list(example, MAX_EXAMPLES), ...finetuneOptions });
}

const basis = v.picklist(["guard", "replay"]);

const guardScore = fields({
  before: v.number(),
  after: v.number(),
  base: v.optional(
    v.pipe(
      v.number(),
      v.description(
        "The score of version 0, or of the version that introduced the labels.",
      ),
    ),
  ),
  basis: v.optional(
    v.pipe(
      basis,
      v.description(
        "Whether the images are those that no head was trained on, or the replay memory's.",
      ),
    ),
  ),
});

/** The guard's record: its size, and the score of each head. */
export const guard = v.nullable(
  v.record(v.string(), v.union([v.number(), guardScore])),
);

const labelOutcome = fields({
  label: v.union([v.string(), v.number(), v.boolean()]),
  probability: fields({ before: probability, after: probability }),
  rank: fields({ before: whole(1), after: whole(1) }),
});

const refusal = fields({
  next: v.pipe(
    v.array(v.string()),
    v.description("What the caller can do, the most promising first."),
  ),
  against: v.pipe(
    v.array(fields({
      head: v.string(),
      basis,
      row: whole(0),
      label: v.union([v.string(), v.number(), v.boolean()]),
      probability: fields({ before: probability, after: probability }),
    })),
    v.description("The guard images that got worst."),
  ),
});

/** A number that JSON writes as null where it is not finite: of a label that is too large. */
const finiteOrNull = v.nullable(v.number());

/** The answer of a fine-tune. */
export function finetuneAnswer(heads: readonly HeadSpec[]) {
  return fields({
    accepted: v.boolean(),
    reason: v.pipe(
      v.nullable(v.string()),
      v.description("Why it was not accepted, or why nothing changed."),
    ),
    refusal: v.pipe(
      v.nullable(refusal),
      v.description("What to do if it was not accepted."),
    ),
    version: wholeBeforeAfter,
    step: wholeBeforeAfter,
    loss: v.pipe(
      fields({ before: finiteOrNull, after: finiteOrNull }),
      v.description(
        "The sum over the heads of the mean loss of their labelled examples; null if it is not finite.",
      ),
    ),
    guard,
    examples: v.array(
      fields({
        used: v.boolean(),
        reason: v.nullable(v.string()),
        ...Object.fromEntries(
          heads.map(({ name }) => [name, v.optional(labelOutcome)]),
        ),
      }),
    ),
    gradientNorm: v.pipe(
      finiteOrNull,
      v.description(
        "The norm of the loss's gradient in the heads, before a correction or at the last step; null if it is not finite.",
      ),
    ),
    updateRatio: v.pipe(
      v.number(),
      v.description(
        "The largest change of a parameter, divided by the steps and the learning rate.",
      ),
    ),
  });
}
