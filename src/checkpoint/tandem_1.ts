/**
 * Files of the format tandem-1, read as if they were tandem-2: models of exactly
 * two heads that select a class, named *domain* and *item*.
 *
 * @module
 */

import type { HeadSpec } from "../heads/kinds.ts";
import type { SafetensorsReader } from "./safetensors_reader.ts";
import {
  checkTensor,
  FORMAT,
  labelsName,
  parsedObject,
} from "./state_description.ts";

const OLD_FORMAT = "tandem-1";
const NAMES = ["domain", "item"] as const;
/** Labels of kept examples: `replay.domains` of I32 are `replay.labels.domain` of F64. */
const LABELS = /^(replay|guard)\.(domain|item)s$/;

type Json = Record<string, unknown>;

/**
 * A reader of tandem-2, whichever of the two formats a file is in.
 *
 * @throws {CheckpointError} If labels of kept examples are not whole numbers, or
 * metadata that is to be converted is missing or not a JSON object.
 */
export function asTandem2(source: SafetensorsReader): SafetensorsReader {
  const { header } = source;
  if (header.metadata.format !== OLD_FORMAT) return source;
  const oldNames = new Map<string, string>();
  const tensors = Array.from(header.tensors, ([name, info]) => {
    const [, part, head] = LABELS.exec(name) ?? [];
    if (part === undefined) return [name, info] as const;
    checkTensor(header, name, info.shape, "I32");
    const renamed = labelsName(part as "replay" | "guard", { name: head! });
    oldNames.set(renamed, name);
    return [renamed, { ...info, dtype: "F64" }] as const;
  });
  return {
    header: {
      ...header,
      metadata: convertMetadata(header.metadata),
      tensors: new Map(tensors),
    },
    read: async (name) => {
      const old = oldNames.get(name);
      if (old === undefined) return await source.read(name);
      return asDoubles(await source.read(old));
    },
  };
}

function asDoubles(
  { buffer, byteOffset, byteLength }: Uint8Array<ArrayBuffer>,
): Uint8Array<ArrayBuffer> {
  const integers = new Int32Array(buffer, byteOffset, byteLength / 4);
  const doubles = Float64Array.from(integers);
  return new Uint8Array(doubles.buffer);
}

function convertMetadata(
  metadata: Readonly<Record<string, string>>,
): Record<string, string> {
  const { labels: _, ...others } = metadata;
  return {
    ...others,
    format: FORMAT,
    heads: JSON.stringify(headsOf(parsedObject<Json>(metadata, "labels"))),
    training: JSON.stringify(
      convertedTraining(parsedObject<Json>(metadata, "training")),
    ),
  };
}

/** An invalid training record stays as it is: only resuming a training reads it. */
function convertedTraining(training: Json): Json {
  try {
    return convertTraining(training);
  } catch {
    return training;
  }
}

function headsOf(labels: Json): HeadSpec[] {
  return NAMES.map((name) => ({
    name,
    kind: "classes",
    labels: labels[`${name}s`] as string[],
  }));
}

/** Converts the record of a training, which resuming, reports and model cards read. */
function convertTraining(training: Json): Json {
  const { plan, history, sums, figures, ...rest } = training;
  return {
    ...rest,
    ...(plan !== undefined && { plan: { ...plan as Json, headWeights: {} } }),
    ...(Array.isArray(history) && { history: history.map(convertEpoch) }),
    ...(sums !== undefined && { sums: convertSums(sums as Json) }),
    ...(figures !== undefined && {
      metrics: mapValues(figures as Json, (set) => convertSet(set as Json)),
    }),
  };
}

function convertEpoch(epoch: Json): Json {
  const { loss, accuracy, validation, ...rest } = epoch;
  const [losses, scores] = [loss as Json, accuracy as Json];
  return {
    ...rest,
    loss: losses.total,
    heads: byName((name) => ({ loss: losses[name], score: scores[name] })),
    ...(validation !== undefined && {
      validation: convertSet(validation as Json).heads,
    }),
  };
}

function convertSums(sums: Json): Json {
  const of = (what: string) => NAMES.map((name) => sums[name + what] as number);
  const losses = of("Loss");
  return {
    images: sums.images,
    loss: losses.reduce((sum, loss) => sum + loss, 0),
    losses,
    scores: of("Right"),
    labelled: NAMES.map(() => sums.images),
  };
}

function convertSet({ images, perDomain, ...heads }: Json): Json & {
  heads: Json;
} {
  return {
    images,
    heads: byName((name) => ({ images, ...heads[name] as Json })),
    breakdown: {
      domain: mapValues(perDomain as Json, (group) => {
        const { images, item } = group as Json;
        return { images, heads: { item: { images, ...item as Json } } };
      }),
    },
  };
}

function byName(of: (name: string) => unknown): Json {
  return Object.fromEntries(NAMES.map((name) => [name, of(name)]));
}

function mapValues(values: Json, map: (value: unknown) => unknown): Json {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, map(value)]),
  );
}
