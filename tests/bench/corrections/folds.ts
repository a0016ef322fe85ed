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
import type { Examples, Head } from "../../../src/correction/heads.ts";
import type { Material } from "../../../src/correction/correct.ts";
import { Scorer } from "../../../src/correction/scorer.ts";
import type { Dataset } from "../../../src/data/dataset.ts";
import { loadPicture } from "../../../src/data/picture.ts";
import type { Source } from "../../../src/data/source.ts";
import { allocateDescriber, describe } from "../../../src/image/descriptor.ts";
import { DEFAULT_LIMITS } from "../../../src/image/limits.ts";
import { PLAIN_VIEW } from "../../../src/image/view.ts";
import { createArena } from "../../../src/kernels/arena.ts";
import { featureCount } from "../../../src/model/sizes.ts";
import { Random } from "../../../src/nn/prng.ts";
import type { ModelState, StoredExamples } from "../../../src/model/state.ts";
import { Describer } from "../../../src/service/describer.ts";
import { ServingNetwork } from "../../../src/service/network.ts";
import { fitCalibration } from "../../../src/train/calibrate.ts";
import type { NamedExamples } from "../../../src/train/plan.ts";
import { runTraining } from "../../../src/train/run.ts";

/** Where models are kept between runs. */
const FOLDER = ".data/corrections";
/** A look that no training image has: the negative. */
const NEGATIVE = {
  ...PLAIN_VIEW,
  gain: [-1, -1, -1],
  offset: [255, 255, 255],
} as const;

/** How many items a model is trained without, to meet them as new ones. */
const LEFT_OUT = 6;

/** A model and the images that it has not seen. */
export interface Fold {
  readonly material: Material;
  /** Test images. */
  readonly test: Examples;
  /** The same images in a new look. */
  readonly newLook: Examples;
  /** Validation images, which the calibration was fitted on. */
  readonly validation: Examples;
  /** For each item that it was trained without, all images of it; their item label is −1. */
  readonly leftOut: readonly Examples[];
  /** Predicts a test image from the bytes of its file. */
  readonly predict: () => Promise<void>;
}

/** Which models to open. */
export interface FoldOptions {
  readonly data: string;
  readonly seeds: readonly number[];
  /** Whether each is trained without six of the items, drawn by its seed. */
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
  const { dataset, source } = await openDataset(
    flags,
    new AbortController().signal,
  );
  using images = dataset;
  const folds: Fold[] = [];
  for (const seed of options.seeds) {
    folds.push(await openFold(images, source, flags, seed, options));
  }
  // Without some items, no two models have the same classes.
  return options.novel ? folds : await calibrated(folds);
}

async function openFold(
  images: Dataset,
  source: Source,
  flags: Flags,
  seed: number,
  { novel, note }: FoldOptions,
): Promise<Fold> {
  const plan = planOf(flags, undefined);
  const known = novel ? withoutItems(images, seed) : images;
  const split = splitExamples(images, plan.split, seed);
  const isKnown = (row: number) => known.itemOf(row) >= 0;
  const rows = {
    train: split.train.filter(isKnown),
    validation: split.validation.filter(isKnown),
    test: split.test.filter(isKnown),
  };
  const name = `${images.hash.slice(0, 8)}-${novel ? "novel-" : ""}${seed}`;
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
  const network = await ServingNetwork.create(await loadServingModel(file));
  const stored = (examples: StoredExamples) =>
    examplesOf(network, examples, descriptorsOf(examples));
  const labels = (rows: ArrayLike<number>) => ({
    domains: Int32Array.from(rows, (row) => known.domainOf(row)),
    items: Int32Array.from(rows, (row) => known.itemOf(row)),
  });
  const plain = (rows: ArrayLike<number>) =>
    examplesOf(
      network,
      labels(rows),
      Array.from(rows, (row) => read(images, row)),
    );
  const unknown = Map.groupBy(
    Array.from({ length: images.length }, (_, row) => row)
      .filter((row) => !isKnown(row)),
    (row) => images.itemOf(row),
  );
  return {
    material: {
      base: headsOf(state),
      features: featureCount(state.sizes),
      replay: stored(state.replay!),
      guard: stored(state.guard!),
    },
    test: plain(rows.test),
    validation: plain(rows.validation),
    newLook: examplesOf(
      network,
      labels(rows.test),
      novel
        ? Array.from(rows.test, (row) => read(images, row))
        : await negatives(images, source, rows.test),
    ),
    leftOut: Array.from(unknown.values(), plain),
    predict: await predictor(network, source, images.idOf(rows.test[0]!)),
  };
}

/** The images with the labels of all items but six, −1 for those of the six. */
function withoutItems(images: Dataset, seed: number): NamedExamples {
  const order = images.items.map((_, item) => item);
  Random.fromSeed(seed, "left out").shuffle(order);
  const kept = order.slice(LEFT_OUT).sort((a, b) => a - b);
  return {
    length: images.length,
    views: images.views,
    domains: images.domains,
    items: kept.map((item) => images.items[item]!),
    preprocessing: images.preprocessing,
    inputs: images.inputs,
    parts: images.parts,
    cells: images.cells,
    mirror: images.mirror,
    hash: images.hash,
    domainOf: (row) => images.domainOf(row),
    itemOf: (row) => kept.indexOf(images.itemOf(row)),
    read: (row, view, out) => images.read(row, view, out),
  };
}

async function predictor(
  network: ServingNetwork,
  { entries }: Source,
  id: string,
): Promise<() => Promise<void>> {
  const { origin } = entries.find((entry) => entry.id === id)!;
  if (origin.kind !== "file") throw new TypeError("Expected a photograph");
  const bytes = await Deno.readFile(origin.path);
  const { preprocessing } = network.model;
  const describer = await Describer.create(preprocessing, DEFAULT_LIMITS);
  return async () => {
    network.predict(new Map(), [await describer.describe(bytes)]);
  };
}

function headsOf({ parameters, calibration }: ModelState): Head[] {
  return (["domain", "item"] as const).map((name) => ({
    name,
    kind: "classes",
    weight: parameters.get(`head.${name}.weight`)!,
    bias: parameters.get(`head.${name}.bias`)!,
    calibration: calibration[name],
  }));
}

function examplesOf(
  network: ServingNetwork,
  { domains, items }: Pick<StoredExamples, "domains" | "items">,
  descriptors: readonly Uint8Array[],
): Examples {
  return {
    count: items.length,
    features: network.features(new Map(), descriptors),
    labels: [Float32Array.from(domains), Float32Array.from(items)],
  };
}

function descriptorsOf({ descriptors, items }: StoredExamples): Uint8Array[] {
  const inputs = descriptors.length / items.length;
  return Array.from(
    items,
    (_, i) => descriptors.subarray(i * inputs, (i + 1) * inputs),
  );
}

function read(images: Dataset, row: number): Uint8Array {
  const descriptor = new Uint8Array(images.inputs);
  images.read(row, 0, descriptor);
  return descriptor;
}

async function negatives(
  images: Dataset,
  source: Source,
  rows: Uint32Array,
): Promise<Uint8Array[]> {
  const { preprocessing } = images;
  const { kernels, views } = await createArena((allocate) =>
    allocateDescriber(allocate, preprocessing)
  );
  const origins = new Map(source.entries.map(({ id, origin }) => [id, origin]));
  const descriptors: Uint8Array[] = [];
  for (const row of rows) {
    const image = await loadPicture(origins.get(images.idOf(row))!);
    const { header, pixels } = await image.decode();
    const out = new Uint8Array(images.inputs);
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
    base.map((head) => scorer.logits(head, test.features))
  );
  return folds.map((fold) => {
    const others = folds.flatMap((other, k) => other === fold ? [] : [k]);
    const pooled = (h: number) => ({
      classes: fold.material.base[h]!.bias.length,
      logits: Float32Array.from(others.flatMap((k) => [...said[k]![h]!])),
      labels: Int32Array.from(
        others.flatMap((k) => [...folds[k]!.test.labels[h]!]),
      ),
    });
    const { domain, item } = fitCalibration(scorer.math, {
      domain: pooled(0),
      item: pooled(1),
    });
    const base = fold.material.base.map((head, h) => ({
      ...head,
      calibration: h === 0 ? domain : item,
    }));
    return { ...fold, material: { ...fold.material, base: base as Head[] } };
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
