/**
 * Files as they were written in the format tandem-1, which knew two heads that
 * select a class: *domain* and *item*.
 *
 * @module
 */

import { encodeSafetensors } from "../../src/checkpoint/safetensors.ts";
import { tensorsOf } from "../../src/checkpoint/state.ts";
import type { ClassesHead } from "../../src/heads/classes.ts";
import type { ModelState } from "../../src/model/state.ts";
import type { EpochRecord } from "../../src/train/epochs.ts";
import type { TrainingRecord } from "../../src/train/plan.ts";
import { classesHead } from "../heads/specs.ts";
import { joined } from "./bytes.ts";

type Parts = ReturnType<typeof tensorsOf>;

/** The heads of every such file, with the labels of tests. */
export const HEADS: readonly ClassesHead[] = [
  classesHead("domain", ["a", "b"]),
  classesHead("item", ["w", "x", "y", "z"]),
];

/** The bytes of a state of {@linkcode HEADS}, as the former version wrote them; changed by hand. */
export function tandem1BytesOf(
  state: ModelState,
  change: (parts: Parts) => void = () => {},
): Uint8Array<ArrayBuffer> {
  const { tensors, metadata } = tensorsOf(state);
  const { heads: _, ...others } = metadata;
  const parts: Parts = {
    tensors: tensors.map(asFormerLabels),
    metadata: {
      ...others,
      format: "tandem-1",
      sizes: JSON.stringify({
        ...JSON.parse(metadata.sizes!),
        domains: 2,
        items: 4,
      }),
      labels: JSON.stringify({
        domains: HEADS[0]!.labels,
        items: HEADS[1]!.labels,
      }),
    },
  };
  change(parts);
  return joined(encodeSafetensors(parts.tensors, parts.metadata));
}

/** `replay.labels.item` of F64 was `replay.items` of I32. */
function asFormerLabels(
  tensor: Parts["tensors"][number],
): Parts["tensors"][number] {
  const [, part, head] = /^(\w+)\.labels\.(\w+)$/.exec(tensor.name) ?? [];
  if (part === undefined) return tensor;
  const { buffer, byteOffset } = tensor.data;
  const doubles = new Float64Array(
    buffer as ArrayBuffer,
    byteOffset,
    tensor.shape[0],
  );
  return {
    name: `${part}.${head}s`,
    dtype: "I32",
    shape: tensor.shape,
    data: new Uint8Array(Int32Array.from(doubles).buffer),
  };
}

/** The story of an unfinished training, as the former version told it. */
export function formerStory(record: TrainingRecord): Record<string, unknown> {
  const { plan, sums, history, metrics: _, ...rest } = record;
  const { headWeights: __, ...formerPlan } = plan;
  const [domainLoss, itemLoss] = sums.losses;
  const [domainRight, itemRight] = sums.scores;
  return {
    ...rest,
    plan: formerPlan,
    history: history.map(formerEpoch),
    sums: {
      images: sums.images,
      domainLoss,
      itemLoss,
      domainRight,
      itemRight,
    },
  };
}

function formerEpoch(
  { loss, heads, validation, ...rest }: EpochRecord,
): Record<string, unknown> {
  const each = <T>(of: (name: string) => T) => ({
    domain: of("domain"),
    item: of("item"),
  });
  return {
    ...rest,
    loss: { total: loss, ...each((name) => heads[name]!.loss) },
    accuracy: each((name) => heads[name]!.score),
    ...(validation && {
      validation: {
        images: validation.item!.images,
        ...each((name) => {
          const { accuracy, loss, ece } = validation[name]!;
          return { accuracy, loss, ece };
        }),
        perDomain: {},
      },
    }),
  };
}
