/** Training runs that never happened, for looking at reports of any size. @module */

import { type HeadOutputs, isKnown, UNKNOWN } from "../../src/heads/head.ts";
import {
  type HeadCalibration,
  type HeadSpec,
  kindOf,
  widthOf,
} from "../../src/heads/kinds.ts";
import { createArena } from "../../src/kernels/arena.ts";
import { Random } from "../../src/nn/prng.ts";
import {
  calibratedOutputs,
  evaluateOutputs,
  type Evaluation,
} from "../../src/train/metrics.ts";
import type { EpochRecord } from "../../src/train/epochs.ts";
import type { RunReport } from "../../src/report/run.ts";
import { mainMetric } from "../../src/report/metrics.ts";

/** What a made-up run is like. */
export interface FakeRun {
  readonly heads: readonly HeadSpec[];
  readonly validation: number;
  readonly test: number;
  readonly epochs: number;
  /** The share of images that lack a label of each head but the first. */
  readonly unlabelled?: number;
}

/** A head that selects one of these. */
export function classesHead(name: string, labels: readonly string[]): HeadSpec {
  return { name, kind: "classes", labels };
}

const OFFICE = [
  ..."back_pack bike bike_helmet bookcase bottle calculator desk_chair desk_lamp"
    .split(" "),
  ..."desktop_computer file_cabinet headphones keyboard laptop_computer letter_tray"
    .split(" "),
  ..."mobile_phone monitor mouse mug paper_notebook pen phone printer projector"
    .split(" "),
  ..."punchers ring_binder ruler scissors speaker stapler tape_dispenser trash_can"
    .split(" "),
];

/** A run like those on Office-31. */
export const OFFICE_RUN: FakeRun = {
  heads: [
    classesHead("domain", ["amazon", "dslr", "webcam"]),
    classesHead("item", OFFICE),
  ],
  validation: 176,
  test: 527,
  epochs: 60,
};

/** A run of four heads of all three kinds, some of whose labels are not known. */
export const MIXED_RUN: FakeRun = {
  heads: [
    ...OFFICE_RUN.heads,
    { name: "shaded", kind: "binary" },
    {
      name: "turned",
      kind: "number",
      unit: "degrees",
      mean: 4,
      standardDeviation: 11,
    },
  ],
  validation: 176,
  test: 527,
  epochs: 60,
  unlabelled: 0.1,
};

/** One grey pixel as a PNG. */
const PIXEL =
  "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg==";

const { kernels } = await createArena(() => ({}));

/** The report of a made-up run. */
export function fakeRun(fake: FakeRun, image = PIXEL): RunReport {
  const { heads } = fake;
  const calibration = Object.fromEntries(
    heads.map((head) => [head.name, calibrationOf(head)]),
  );
  const validation = evaluation(fake, fake.validation, calibration);
  const test = evaluation(fake, fake.test, calibration);
  const images = 2809 + fake.validation + fake.test;
  return {
    command: "deno task train --data office31 --report report.html",
    sizes: { inputs: 5748, hidden: [512], heads },
    preprocessing: "96×96 gradient histograms, colour and texture",
    plan: {
      hidden: [512],
      headWeights: {},
      split: "80/5/15 blocks",
      folds: 0,
      recipe: {
        epochs: fake.epochs,
        batchSize: 64,
        learningRate: 0.001,
        schedule: "one-cycle",
        labelSmoothing: 0.1,
        inputDropout: 0.2,
        cellDropout: 0.1,
        hiddenDropout: 0.5,
        mixup: 0.4,
        maxGradientNorm: 0,
        keep: "last",
        patience: 0,
        seed: 0,
      },
      optimizer: {
        name: "adamw",
        options: { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.05 },
      },
    },
    dataset: {
      description: "photographs of office items",
      licence: "For research; no formal licence.",
      hash: "5f2c0a".repeat(10) + "beef",
      images,
      split: { train: 2809, validation: fake.validation, test: fake.test },
      strategy: "blocks of neighbouring frames",
      warnings: [],
    },
    history: history(fake, validation),
    keptEpoch: Math.max(1, fake.epochs - 5),
    calibration,
    ...(validation && { validation }),
    ...(test && { test }),
    mistakes: fake.test === 0
      ? []
      : heads.flatMap((head) =>
        Array.from({ length: 6 }, (_, n) => ({
          id: `amazon/mug/frame_${String(n).padStart(4, "0")}.jpg`,
          image,
          head: head.name,
          truth: String(kindOf(head).show(head, 0)),
          predicted: String(kindOf(head).show(head, 1)),
          note: `${97 - 2 * n}% sure`,
        }))
      ),
    weights: {
      file: "office31.safetensors",
      bytes: 11_834_220,
      sha256: "9a".repeat(32),
    },
    step: 44 * fake.epochs,
    seconds: 74.3,
  };
}

function calibrationOf(head: HeadSpec): HeadCalibration {
  if (head.kind === "number") return { deviation: 4.2 };
  if (head.kind === "binary") return { temperature: 0.8, offset: 0.1 };
  const offsets = head.labels.map(() => 0);
  return { temperature: 0.641, offsets };
}

/** Answers to `images` images by a fixed draw. */
function evaluation(
  { heads, unlabelled = 0 }: FakeRun,
  images: number,
  calibration: Readonly<Record<string, HeadCalibration>>,
): Evaluation | undefined {
  if (images === 0) return undefined;
  const outputs = heads.map((head, h) =>
    outputsOf(head, images, h === 0 ? 0 : unlabelled)
  );
  const calibrated = calibratedOutputs(heads, outputs, calibration);
  return evaluateOutputs(kernels, heads, outputs, calibrated);
}

function outputsOf(
  head: HeadSpec,
  images: number,
  unlabelled: number,
): HeadOutputs {
  const random = Random.fromSeed(5, head.name);
  const width = widthOf(head);
  const labels = new Float64Array(images);
  const logits = new Float32Array(images * width);
  for (let n = 0; n < images; n++) {
    const z = logits.subarray(n * width, (n + 1) * width);
    labels[n] = fillOutputs(head, z, random);
    if (random.uniform() < unlabelled) labels[n] = UNKNOWN;
  }
  return { logits, width, labels };
}

/** Draws a label, and outputs that are often right; returns the label. */
function fillOutputs(
  head: HeadSpec,
  z: Float32Array,
  random: Random,
): number {
  const noise = () => random.uniform() + random.uniform() - 1;
  if (head.kind === "number") {
    const label = head.mean + 2 * head.standardDeviation * noise();
    z[0] = (label - head.mean) / head.standardDeviation + noise();
    return label;
  }
  if (head.kind === "binary") {
    const label = random.below(2);
    z[0] = 3 * (2 * label - 1) + 6 * noise();
    return label;
  }
  const label = random.below(head.labels.length);
  z.forEach((_, c) => z[c] = 2 * noise());
  z[label]! += 3 + 3 * noise();
  return label;
}

function history(
  { epochs, heads }: FakeRun,
  validation: Evaluation | undefined,
): EpochRecord[] {
  const random = Random.fromSeed(9);
  return Array.from({ length: epochs }, (_, e): EpochRecord => {
    const left = 1 / (1 + e / 6);
    const noise = 0.05 * (random.uniform() - 0.5);
    const training = heads.map(({ name }, h) =>
      [name, {
        loss: 0.4 + (h + 1) * left + noise,
        score: 0.9 - 0.7 * left + noise,
      }] as const
    );
    const held = heads.map((head) =>
      [head.name, {
        ...validation?.metrics.heads[head.name],
        images: 176,
        loss: 0.3 + left - noise,
        [mainMetric(head).key]: 0.88 - 0.6 * left - noise,
      }] as const
    );
    return {
      epoch: e + 1,
      learningRate: 0.001 * Math.min(1, (e + 1) / 18) * (1 - e / epochs),
      loss: training.reduce((sum, [, { loss }]) => sum + loss, 0),
      heads: Object.fromEntries(training),
      ...(validation && { validation: Object.fromEntries(held) }),
    };
  });
}

/** Labelled images of a head. */
export function labelledImages(
  { heads, labels }: Evaluation,
  name: string,
): number {
  const h = heads.findIndex((head) => head.name === name);
  return labels[h]!.filter(isKnown).length;
}
