/**
 * Training that begins with the trunk of another model, under heads of its own.
 *
 * The trunk's preprocessing and standardization come with it. A head that the other
 * model has too, for the same labels, begins with that one's weights; all others begin
 * as in a training from scratch.
 *
 * Source: Yosinski, Clune, Bengio, Lipson 2014, "How transferable are features in
 * deep neural networks?" (arXiv:1411.1792), for frozen and for tuned layers.
 *
 * @module
 */

import { DataError } from "../errors.ts";
import type { HeadSpec } from "../heads/kinds.ts";
import type { Examples } from "../model/examples.ts";
import { parametersOf, writeParameter } from "../model/network.ts";
import { roundNetwork } from "../model/quantize.ts";
import { layerOf } from "../model/sizes.ts";
import type { ModelState } from "../model/state.ts";
import type { TrainingPlan, TRUNKS } from "./plan.ts";
import type { Trainer } from "./trainer.ts";

/** The part of a model that a training can begin with. */
export type Origin = Pick<
  ModelState,
  "sizes" | "preprocessing" | "standardization" | "parameters"
>;

/**
 * Checks that a model's trunk can see these examples, and is the plan's.
 *
 * @throws {DataError} If the examples are described in another way.
 * @throws {RangeError} If the plan has a trunk of other widths, or none to take over.
 */
export function checkOrigin(
  { sizes, preprocessing }: Origin,
  { hidden }: TrainingPlan,
  examples: Pick<Examples, "inputs" | "preprocessing">,
): void {
  if (sizes.inputs !== examples.inputs) {
    throw new DataError(
      `Cannot begin with this model's trunk: expected descriptors of ${sizes.inputs} values, got ${examples.inputs}`,
    );
  }
  const difference = differenceOf(preprocessing, examples.preprocessing);
  if (difference !== undefined) {
    throw new DataError(
      `Cannot begin with this model's trunk: expected images described by its own preprocessing, got ${difference}`,
    );
  }
  const widths = (of: readonly number[]) => of.join(", ") || "none";
  if (sizes.hidden.length === 0 || widths(sizes.hidden) !== widths(hidden)) {
    const wanted = sizes.hidden.length === 0
      ? "a model that has a trunk"
      : `hidden layers of ${widths(sizes.hidden)} units as in the model`;
    throw new RangeError(
      `Cannot begin with this model's trunk: expected ${wanted}, got ${
        widths(hidden)
      }`,
    );
  }
}

/** The first setting in which one preprocessing differs from another, in words. */
function differenceOf(own: object, other: object): string | undefined {
  const [a, b] = [own, other].map((each) => new Map(Object.entries(each)));
  const written = (value: unknown) => JSON.stringify(value) ?? "none";
  const name = [...new Set([...a!.keys(), ...b!.keys()])].find((name) =>
    written(a!.get(name)) !== written(b!.get(name))
  );
  if (name === undefined) return undefined;
  return `${name} ${written(b!.get(name))} in place of ${
    written(a!.get(name))
  }`;
}

/**
 * The heads of a training, those that begin with another model's weights as that
 * model has them: a number keeps the scale that its weights were learned in.
 */
export function headsAfter(
  { sizes }: Pick<Origin, "sizes">,
  heads: readonly HeadSpec[],
): HeadSpec[] {
  return heads.map((head) =>
    sizes.heads.find((own) => isSame(own, head)) ?? head
  );
}

/** The names of the heads that begin with the other model's weights. */
export function headsTakenOver(
  { sizes }: Pick<Origin, "sizes">,
  heads: readonly HeadSpec[],
): string[] {
  return heads.filter((head) => sizes.heads.some((own) => isSame(own, head)))
    .map(({ name }) => name);
}

/** Whether two heads answer the same question with the same labels. */
function isSame(a: HeadSpec, b: HeadSpec): boolean {
  if (a.name !== b.name) return false;
  if (a.kind === "classes" && b.kind === "classes") {
    return JSON.stringify(a.labels) === JSON.stringify(b.labels);
  }
  if (a.kind === "number" && b.kind === "number") return a.unit === b.unit;
  return a.kind === b.kind;
}

/**
 * Copies a model's trunk, its standardization and the heads that go on into an
 * initialized trainer.
 *
 * A trunk that is to stay as it is gets the weights that are served of it, so that
 * the heads are trained on what they will see.
 */
export function takeOver(
  { network, standardization }: Trainer,
  origin: Origin,
  trunk: typeof TRUNKS[number],
): void {
  const heads = headsTakenOver(origin, network.sizes.heads);
  const wanted = [
    ...network.trunk.map(({ name }) => name),
    ...heads.map((name) => layerOf({ name })),
  ];
  for (const tensor of parametersOf(network)) {
    if (!wanted.some((layer) => tensor.name.startsWith(`${layer}.`))) continue;
    writeParameter(tensor, origin.parameters.get(tensor.name)!);
  }
  if (trunk === "frozen") roundNetwork(network);
  standardization.mean.set(origin.standardization.mean);
  standardization.inverseDeviation.set(origin.standardization.inverseDeviation);
}
