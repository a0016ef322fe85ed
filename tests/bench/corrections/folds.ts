/** Models of a folder's photographs, and what they have not seen of it. @module */

import { openDataset, splitExamples } from "../../../src/cli/examples.ts";
import { type Flags, parseFlags } from "../../../src/cli/flags.ts";
import { COMMAND, planOf } from "../../../src/cli/train_flags.ts";
import {
  loadServingModel,
  loadState,
  saveState,
  servingState,
} from "../../../src/cli/weights.ts";
import type { Material } from "../../../src/correction/correct.ts";
import {
  type Examples as Rows,
  examplesFrom,
  headsFrom,
  parametersOf,
} from "../../../src/correction/heads.ts";
import { Scorer } from "../../../src/correction/scorer.ts";
import type { Dataset } from "../../../src/data/dataset.ts";
import { loadImage } from "../../../src/data/image.ts";
import { isKnown, UNKNOWN } from "../../../src/heads/head.ts";
import type { HeadSpec } from "../../../src/heads/kinds.ts";
import { joinOutputs } from "../../../src/heads/outputs.ts";
import { allocateDescriber, describe } from "../../../src/image/descriptor.ts";
import { DEFAULT_LIMITS } from "../../../src/image/limits.ts";
import { PLAIN_VIEW } from "../../../src/image/view.ts";
import { createArena } from "../../../src/kernels/arena.ts";
import { type Examples, labelsOf } from "../../../src/model/examples.ts";
import { featureCount } from "../../../src/model/sizes.ts";
import type {
  ModelDescription,
  StoredExamples,
} from "../../../src/model/state.ts";
import { Random } from "../../../src/nn/prng.ts";
import { Describer } from "../../../src/service/describer.ts";
import { ServingNetwork } from "../../../src/service/network.ts";
import { fitCalibration } from "../../../src/train/metrics.ts";
import { runTraining } from "../../../src/train/run.ts";

/** Where models are kept between runs. */
const FOLDER = ".data/corrections";
/** A look that no training image has: the negative. */
const NEGATIVE = {
  ...PLAIN_VIEW,
  gain: [-1, -1, -1],
  offset: [255, 255, 255],
} as const;

/** How many classes a model is trained without, to meet them as new ones. */
const LEFT_OUT = 6;

/** A model and the images that it has not seen. */
export interface Fold {
  readonly model: ModelDescription;
  readonly material: Material;
  /** Test images. */
  readonly test: Rows;
  /** The same images in a new look. */
  readonly newLook: Rows;
  /** Validation images, which the calibration was fitted on. */
  readonly validation: Rows;
  /** For each class that it was trained without, all images of it, without that label. */
  readonly leftOut: readonly Rows[];
  /** Predicts a test image from the bytes of its file. */
  readonly predict: () => Promise<void>;
}

/** Which models to open. */
export interface FoldOptions {
  readonly data: string;
  readonly seeds: readonly number[];
  /** Whether each is trained without six classes of its largest head, drawn by its seed. */
  readonly novel: boolean;
  readonly note: (text: string) => void;
}

/**
 * Trains one model for each seed by the shipped recipe, on a split of its own by
 * blocks of neighbouring images, unless it is kept from a former run. Each is
 * calibrated by what the others said of images that they had not seen, as a model
 * that was trained with `--folds` is.
 */
export async function openFolds(options: FoldOptions): Promise<Fold[]> {
  const flags = parseFlags(COMMAND, ["--data", options.data]);
  const { dataset } = await openDataset(flags, new AbortController().signal);
  using images = dataset;
  const folds: Fold[] = [];
  for (const seed of options.seeds) {
    folds.push(await openFold(images, flags, seed, options));
  }
  // Without some classes, no two models have the same classes.
  return options.novel ? folds : await calibrated(folds);
}

async function openFold(
  images: Dataset,
  flags: Flags,
  seed: number,
  { novel, note }: FoldOptions,
): Promise<Fold> {
  const plan = planOf(flags, undefined);
  const { examples } = images;
  const main = largestHead(examples.heads);
  const known = novel ? withoutClasses(examples, main, seed) : examples;
  const split = splitExamples(examples, plan.split, seed);
  const hasClass = (row: number) => isKnown(known.labelOf(row, main));
  const rows = {
    train: split.train.filter(hasClass),
    validation: split.validation.filter(hasClass),
    test: split.test.filter(hasClass),
  };
  const name = `${examples.hash.slice(0, 8)}-${novel ? "novel-" : ""}${seed}`;
  const file = `${FOLDER}/${name}.safetensors`;
  if (!await exists(file)) {
    note(`Training without ${rows.test.length} test images, seed ${seed} …`);
    const { state } = await runTraining(
      known,
      rows,
      { ...plan, recipe: { ...plan.recipe, seed } },
      undefined,
      { threads: navigator.hardwareConcurrency },
    );
    await Deno.mkdir(FOLDER, { recursive: true });
    await saveState(file, servingState(state));
  }
  const state = await loadState(file);
  const { heads } = state.sizes;
  const network = await ServingNetwork.create(await loadServingModel(file));
  const features = (descriptors: readonly Uint8Array[], labels: Labels): Rows =>
    examplesFrom(heads, {
      features: network.features(new Map(), descriptors),
      labels,
      length: descriptors.length,
    });
  const stored = (examples: StoredExamples) =>
    features(descriptorsOf(examples), examples.labels);
  const labels = (rows: ArrayLike<number>): Labels =>
    heads.map((_, h) => labelsOf(known, rows, h));
  const plain = (rows: ArrayLike<number>) =>
    features(Array.from(rows, (row) => read(examples, row)), labels(rows));
  const unknown = Map.groupBy(
    Array.from({ length: examples.length }, (_, row) => row)
      .filter((row) => !hasClass(row)),
    (row) => examples.labelOf(row, main),
  );
  return {
    model: state,
    material: {
      base: headsFrom(
        { heads, calibration: state.calibration },
        state.parameters,
      ),
      features: featureCount(state.sizes),
      replay: stored(state.replay!),
      guard: stored(state.guard!),
    },
    test: plain(rows.test),
    validation: plain(rows.validation),
    newLook: novel
      ? plain(rows.test)
      : features(await negatives(images, rows.test), labels(rows.test)),
    leftOut: Array.from(unknown.values(), plain),
    predict: await predictor(network, images, rows.test[0]!),
  };
}

type Labels = readonly ArrayLike<number>[];

function largestHead(heads: readonly HeadSpec[]): number {
  const classes = heads.map((head) =>
    head.kind === "classes" ? head.labels.length : 0
  );
  return classes.indexOf(Math.max(...classes));
}

/** The images without the classes of one head that a seed draws: their label is not known. */
function withoutClasses(
  examples: Examples,
  main: number,
  seed: number,
): Examples {
  const head = examples.heads[main]!;
  if (head.kind !== "classes") throw new TypeError("Expected classes");
  const order = [...head.labels.keys()];
  Random.fromSeed(seed, "left out").shuffle(order);
  const kept = order.slice(LEFT_OUT).sort((a, b) => a - b);
  const labels = kept.map((label) => head.labels[label]!);
  return {
    ...examples,
    heads: examples.heads.with(main, { ...head, labels }),
    labelOf(row, h) {
      const label = examples.labelOf(row, h);
      if (h !== main) return label;
      const place = kept.indexOf(label);
      return place < 0 ? UNKNOWN : place;
    },
  };
}

async function predictor(
  network: ServingNetwork,
  images: Dataset,
  row: number,
): Promise<() => Promise<void>> {
  const origin = images.originOf(row);
  if (origin.kind !== "file") throw new TypeError("Expected a photograph");
  const bytes = await Deno.readFile(origin.path);
  const { preprocessing } = network.model;
  const describer = await Describer.create(preprocessing, DEFAULT_LIMITS);
  return async () => {
    const { descriptor } = await describer.describe(bytes);
    network.predict({ parameters: new Map() }, [descriptor], 1);
  };
}

function descriptorsOf({ descriptors, length }: StoredExamples): Uint8Array[] {
  const inputs = descriptors.length / length;
  return Array.from(
    { length },
    (_, i) => descriptors.subarray(i * inputs, (i + 1) * inputs),
  );
}

function read(examples: Examples, row: number): Uint8Array {
  const descriptor = new Uint8Array(examples.inputs);
  examples.read(row, 0, descriptor);
  return descriptor;
}

async function negatives(
  images: Dataset,
  rows: Uint32Array,
): Promise<Uint8Array[]> {
  const { preprocessing, inputs } = images.examples;
  const { kernels, views } = await createArena((allocate) =>
    allocateDescriber(allocate, preprocessing)
  );
  const descriptors: Uint8Array[] = [];
  for (const row of rows) {
    const image = await loadImage(images.originOf(row));
    const { header, pixels } = await image.decode();
    const out = new Uint8Array(inputs);
    describe(kernels, views, preprocessing, header, pixels, NEGATIVE, out);
    descriptors.push(out);
  }
  return descriptors;
}

async function calibrated(folds: readonly Fold[]): Promise<Fold[]> {
  if (folds.length < 2) return [...folds];
  const scorer = await Scorer.create(
    folds[0]!.material.features,
    Math.max(...folds[0]!.material.base.map(({ bias }) => bias.length)),
  );
  const said = folds.map(({ material: { base }, test }) =>
    base.map((head, h) => ({
      width: head.bias.length,
      logits: scorer.logits(head, test.features),
      labels: Float64Array.from(test.labels[h]!),
    }))
  );
  return folds.map((fold, own) => {
    const { heads } = fold.model.sizes;
    const others = joinOutputs(said.filter((_, k) => k !== own));
    const calibration = fitCalibration(scorer.math, heads, others);
    const base = headsFrom(
      { heads, calibration },
      parametersOf(fold.material.base),
    );
    return { ...fold, material: { ...fold.material, base } };
  });
}

async function exists(file: string): Promise<boolean> {
  try {
    await Deno.stat(file);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
