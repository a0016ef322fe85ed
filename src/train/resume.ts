/** Checks that a stopped run may go on with what it is given now. @module */

import { CheckpointError, DataError } from "../errors.ts";
import type { HeadSpec } from "../heads/kinds.ts";
import type { ModelState } from "../model/state.ts";
import type { Examples } from "../model/examples.ts";
import type { TrainingPlan, TrainingRecord } from "./plan.ts";

/**
 * The training record of a checkpoint.
 *
 * @throws {CheckpointError} If the file holds a model without its training record.
 */
export function trainingRecord({ training }: ModelState): TrainingRecord {
  const { plan, dataset, step, steps, history, sums } = training as Partial<
    TrainingRecord
  >;
  const whole = plan?.recipe !== undefined &&
    typeof dataset?.hash === "string" &&
    Number.isSafeInteger(step) && Number.isSafeInteger(steps) &&
    Array.isArray(history) && sums !== undefined;
  if (!whole) {
    throw new CheckpointError(
      "Cannot resume: expected a checkpoint written by train, got one without its plan",
    );
  }
  return {
    ...training as unknown as TrainingRecord,
    history: numbersOf(history),
  };
}

/** JSON has no NaN: an undefined metric is null in a file. */
function numbersOf<T>(metrics: T): T {
  return JSON.parse(
    JSON.stringify(metrics),
    (_, value) => value === null ? NaN : value,
  );
}

/**
 * Checks that a run goes on as it began: the same plan, except for more epochs,
 * the same heads and the same images.
 *
 * @throws {RangeError} If the plan differs.
 * @throws {DataError} If the heads, the images or their labels differ.
 * @throws {CheckpointError} If moments are missing, so that the next step would not be
 * the same.
 */
export function checkResume(
  state: ModelState,
  plan: TrainingPlan,
  examples: Examples,
): void {
  const record = trainingRecord(state);
  const before = flatten(record.plan);
  for (const [name, value] of flatten(plan)) {
    const had = before.get(name);
    const longer = name === "recipe.epochs" && Number(value) >= Number(had);
    if (value !== had && !longer) {
      throw new RangeError(
        `Cannot resume: expected ${name} ${
          had ?? "none"
        } as at the start, got ${value ?? "none"}`,
      );
    }
  }
  checkHeads(state.sizes.heads, examples.heads);
  if (record.dataset.hash !== examples.hash) {
    throw new DataError(
      `Cannot resume: expected the ${record.dataset.images} images of the start ` +
        `(sha-256 ${record.dataset.hash}), got ${examples.length} (sha-256 ${examples.hash})`,
    );
  }
  const frozen = plan.from?.trunk === "frozen";
  const missing = [...state.parameters.keys()].find((name) =>
    !state.moments.has(name) && !(frozen && name.startsWith("trunk."))
  );
  if (record.step > 0 && missing !== undefined) {
    throw new CheckpointError(
      `Cannot resume: expected the optimizer's moments of every tensor, got none of ${missing}`,
    );
  }
}

/** Checks names, kinds and labels; scales are measured on the training images. */
function checkHeads(
  before: readonly HeadSpec[],
  now: readonly HeadSpec[],
): void {
  const [expected, got] = [before, now].map((heads) =>
    heads.map(withKind).join(", ")
  );
  if (expected !== got) {
    throw new DataError(
      `Cannot resume: expected the heads of the start, ${expected}, got ${got}`,
    );
  }
  before.forEach((head, h) => {
    const difference = labelDifference(labelsOf(head), labelsOf(now[h]!));
    if (difference === undefined) return;
    throw new DataError(
      `Cannot resume: expected ${head.name} to have the labels of the start, got ${difference}`,
    );
  });
}

function withKind(head: HeadSpec): string {
  const unit = "unit" in head ? ` in ${head.unit}` : "";
  return `${head.name} (${head.kind}${unit})`;
}

function labelsOf(head: HeadSpec): readonly string[] {
  return "labels" in head ? head.labels : [];
}

/** Names the labels that are in one list only; undefined if the lists are equal. */
function labelDifference(
  before: readonly string[],
  now: readonly string[],
): string | undefined {
  const parts = [
    ["with", now.filter((label) => !before.includes(label))],
    ["without", before.filter((label) => !now.includes(label))],
  ] as const;
  const named = parts.filter(([, labels]) => labels.length > 0).map((
    [word, labels],
  ) => `${word} ${labels.join(", ")}`);
  if (named.length > 0) return `a list ${named.join(" and ")}`;
  const moved = before.some((label, i) => label !== now[i]);
  return moved ? "them in another order" : undefined;
}

/** Leaves of a plan by dotted name, as JSON. */
function flatten(value: unknown, prefix = ""): Map<string, string> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return new Map([[prefix, JSON.stringify(value)]]);
  }
  return new Map(
    Object.entries(value).flatMap(([key, part]) => [
      ...flatten(part, prefix === "" ? key : `${prefix}.${key}`),
    ]),
  );
}
