/** Schemas of labels and answers of heads. @module */

import * as v from "valibot";
import { UNKNOWN } from "../../src/heads/head.ts";
import { type HeadSpec, kindOf } from "../../src/heads/kinds.ts";
import { LARGEST_LABEL } from "../../src/heads/number.ts";
import { field, fields, whole } from "./field.ts";

/** A label of an example; a missing, empty or null one is unknown. */
export function labelSchema(head: HeadSpec) {
  const kind = kindOf(head);
  const known = kind.groups(head);
  const note = { known, json: labelJson(head) };
  const description = `The label for ${head.name}: ${kind.expected(head)}.`;
  return v.optional(
    v.pipe(
      field(
        v.union([v.string(), v.number(), v.boolean(), v.null_()]),
        kind.expected(head),
        { description, ...note },
      ),
      v.rawTransform(({ dataset: { value }, addIssue, NEVER }) => {
        if (value === null || value === "") return UNKNOWN;
        const label = kind.parse(head, value);
        if (label !== undefined) return label;
        addIssue({ input: value });
        return NEVER;
      }),
    ),
  );
}

function labelJson(head: HeadSpec): Record<string, unknown> {
  switch (head.kind) {
    case "classes":
      return { enum: [...head.labels, null] };
    case "binary":
      return { type: ["boolean", "null"] };
    case "number":
      return {
        type: ["number", "null"],
        minimum: -LARGEST_LABEL,
        maximum: LARGEST_LABEL,
      };
  }
}

/** A probability, in [0, 1]. */
export const probability = v.pipe(
  v.number(),
  v.minValue(0),
  v.maxValue(1),
);

/** A number before and after a change. */
export const beforeAfter = fields({ before: v.number(), after: v.number() });

/** A version's number before and after a change. */
export const wholeBeforeAfter = fields({ before: whole(0), after: whole(0) });

/** The answer of a head. */
export function answerSchema(head: HeadSpec) {
  switch (head.kind) {
    case "classes":
      return classesAnswer(head.labels);
    case "binary":
      return binaryAnswer;
    case "number":
      return numberAnswer;
  }
}

/** Labels are any strings here: an older version may have others. */
function classesAnswer(labels: readonly string[]) {
  const label = v.pipe(v.string(), v.examples([...labels]));
  const guess = { label, probability };
  return fields({ ...guess, top: v.array(fields(guess)) });
}

const binaryAnswer = fields({ label: v.boolean(), probability });

const numberAnswer = fields({
  value: v.number(),
  deviation: v.pipe(
    v.number(),
    v.minValue(0),
    v.description("The truth lies within it about two times in three."),
  ),
  unit: v.optional(v.string()),
});

/** The version that answered. */
export const identity = fields({
  version: whole(0),
  step: whole(0),
  etag: v.pipe(v.string(), v.description("The strong entity tag.")),
});
