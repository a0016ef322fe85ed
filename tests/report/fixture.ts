/** Training runs that never happened, for looking at reports of any size. @module */

import { Random } from "../../src/nn/prng.ts";
import type { HeadEvaluation } from "../../src/train/evaluate.ts";
import { figuresOf } from "../../src/train/figures.ts";
import type { EpochRecord } from "../../src/train/history.ts";
import type { HeldOut, RunReport } from "../../src/report/run.ts";

/** What a made-up run is like. */
export interface FakeRun {
  readonly domains: readonly string[];
  readonly items: readonly string[];
  readonly validation: number;
  readonly test: number;
  readonly epochs: number;
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
  domains: ["amazon", "dslr", "webcam"],
  items: OFFICE,
  validation: 176,
  test: 527,
  epochs: 60,
};

/** One grey pixel as a PNG. */
const PIXEL =
  "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg==";

/** The report of a made-up run. */
export function fakeRun(fake: FakeRun, image = PIXEL): RunReport {
  const { domains, items } = fake;
  const validation = heldOut(fake, fake.validation, "validation");
  const test = heldOut(fake, fake.test, "test");
  const images = 2809 + fake.validation + fake.test;
  return {
    command: "deno task train --data office31 --report report.html",
    sizes: {
      inputs: 5748,
      hidden: [512],
      domains: domains.length,
      items: items.length,
    },
    labels: { domains, items },
    preprocessing: "96×96 gradient histograms, colour and texture",
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
    calibration: {
      domain: { temperature: 0.873, offsets: domains.map(() => 0) },
      item: { temperature: 0.641, offsets: items.map(() => 0) },
    },
    ...(validation && { validation }),
    ...(test && { test }),
    folds: 0,
    mistakes: Array.from({ length: Math.min(12, fake.test) }, (_, n) => ({
      id: `${domains[0]}/${items[0]}/frame_${String(n).padStart(4, "0")}.jpg`,
      image,
      truth: { domain: domains[0]!, item: items[n % items.length]! },
      predicted: {
        domain: domains[n % domains.length]!,
        item: items[(n + 1) % items.length]!,
      },
      confidence: 0.97 - n / 50,
    })),
    weights: {
      file: "office31.safetensors",
      bytes: 11_834_220,
      sha256: "9a".repeat(32),
    },
    step: 44 * fake.epochs,
    seconds: 74.3,
  };
}

function heldOut(
  { domains, items }: FakeRun,
  images: number,
  name: string,
): HeldOut | undefined {
  if (images === 0) return undefined;
  const random = Random.fromSeed(5, name);
  const labels = {
    domain: Int32Array.from({ length: images }, (_, n) => n % domains.length),
    item: Int32Array.from(
      { length: images },
      () => random.below(items.length),
    ),
  };
  const evaluate = (temperature: number) => ({
    domain: head(labels.domain, domains.length, 0.01, temperature),
    item: head(labels.item, items.length, 0.2, temperature),
  });
  return {
    labels,
    uncalibrated: evaluate(0.7),
    calibrated: evaluate(1),
  };
}

/** Answers of which about a share `wrong` is wrong, by a fixed draw. */
function head(
  labels: Int32Array,
  classes: number,
  wrong: number,
  sureness: number,
): HeadEvaluation {
  const random = Random.fromSeed(7, `${classes}`);
  const predicted = new Int32Array(labels.length);
  const confidence = new Float32Array(labels.length);
  let right = 0;
  labels.forEach((label, n) => {
    const unsure = random.uniform() * random.uniform();
    const miss = random.uniform() < 2.6 * wrong * unsure + wrong / 3;
    const shift = 1 + random.below(1 + random.below(1 + random.below(5)));
    predicted[n] = miss ? (label + shift) % classes : label;
    confidence[n] = Math.max(
      1 / classes,
      sureness * (1 - 0.8 * unsure * Math.min(1, 5 * wrong)),
    );
    if (predicted[n] === label) right++;
  });
  return {
    images: labels.length,
    accuracy: right / labels.length,
    loss: 4 * wrong,
    ece: 0.031 / sureness,
    predicted,
    confidence,
  };
}

function history(
  { epochs, domains }: FakeRun,
  validation: HeldOut | undefined,
): EpochRecord[] {
  const random = Random.fromSeed(9);
  return Array.from({ length: epochs }, (_, e) => {
    const left = 1 / (1 + e / 6);
    const noise = 0.05 * (random.uniform() - 0.5);
    const item = 0.9 + 2.6 * left + noise;
    const domain = 0.35 + 0.8 * left * left + noise / 2;
    return {
      epoch: e + 1,
      learningRate: 0.001 * Math.min(1, (e + 1) / 18) * (1 - e / epochs),
      loss: { total: item + domain, domain, item },
      accuracy: { domain: 1 - 0.3 * left, item: 0.8 - 0.7 * left + noise },
      ...(validation && {
        validation: {
          ...figuresOf(
            validation.calibrated,
            validation.labels.domain,
            validation.labels.item,
            domains,
          ),
          domain: {
            accuracy: 0.985 - 0.2 * left * left + noise / 5,
            loss: 0.05 + 0.5 * left,
            ece: 0.02,
          },
          item: {
            accuracy: 0.84 - 0.6 * left + noise,
            loss: 0.7 + 2.5 * left + noise,
            ece: 0.05,
          },
        },
      }),
    };
  });
}
