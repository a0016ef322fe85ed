/**
 * Turns a source of images into a dataset of descriptors: in workers, each
 * image once, from then on from the cache.
 *
 * @module
 */

import { DataError } from "../errors.ts";
import {
  descriptorLength,
  PREPROCESSING,
  type Preprocessing,
} from "../image/descriptor.ts";
import { DescriptorCache } from "./cache.ts";
import { createDataset, type Dataset } from "./dataset.ts";
import { DescribeClient } from "./describe_client.ts";
import { assembleRows, type DescribedEntry } from "./rows.ts";
import { sha256 } from "../model/bits.ts";
import type { Source, SourceEntry } from "./source.ts";
import { TRAINING_VIEWS, VIEW_RULES } from "./views.ts";

/** The folder of descriptors, unless another is named. */
const CACHE_FOLDER = ".data/descriptors";

/** The options of describing. */
export interface DescribeOptions {
  /** Views of each image; the first is the image as it is. Default {@linkcode TRAINING_VIEWS}. */
  views?: number;
  /** Default {@linkcode PREPROCESSING}; a model's own when it is to be evaluated. */
  preprocessing?: Preprocessing;
  /** Folder of the cache, default {@linkcode CACHE_FOLDER}. */
  cache?: string;
  /** Default: one for each processor. The dataset does not depend on it. */
  workers?: number;
  /** True if labels must differ, since nothing is learned from equal ones. Default true. */
  forTraining?: boolean;
  /** True if one unusable image is an error, rather than skipped. */
  strict?: boolean;
  /** Stops the work; what is described by then is in the cache. */
  signal?: AbortSignal | undefined;
  /** Called after every image. */
  onProgress?: (done: number, total: number) => void;
}

/**
 * Describes the images of a source, in its order, without those that cannot
 * be used. Memory does not grow with the descriptors, which are on disk.
 *
 * Permissions: read access to the images and Deno's cache, read and write
 * access to the cache's folder, those of the image decoders.
 *
 * @throws {DataError} If an image cannot be used and `strict` is set, or so few
 * can be used that nothing is left to learn, or to measure.
 * @throws {RangeError} If views or workers are fewer than one.
 * @throws The signal's reason if it aborts.
 */
export async function describeAll(
  source: Source,
  options: DescribeOptions = {},
): Promise<Dataset> {
  const { views = TRAINING_VIEWS, preprocessing = PREPROCESSING, signal } =
    options;
  if (views < 1 || (options.workers ?? 1) < 1) {
    throw new RangeError(
      `Cannot describe images: expected at least one view and one worker, ` +
        `got ${views} and ${options.workers}`,
    );
  }
  signal?.throwIfAborted();
  const inputs = descriptorLength(preprocessing);
  const key = await cacheKey(preprocessing, views);
  const folder = options.cache ?? CACHE_FOLDER;
  const cache = await DescriptorCache.open(
    folder,
    key,
    views * inputs,
    signal,
  );
  try {
    const described = await runWorkers(source.entries, cache, {
      ...options,
      views,
      preprocessing,
    });
    cache.finishWriting();
    const parts = await assembleRows(
      source,
      described,
      options.forTraining ?? true,
    );
    const warnings = cache.problem === undefined ? parts.warnings : [
      ...parts.warnings,
      `Descriptors cannot be kept in "${folder}", but in memory for this run: ${cache.problem}`,
    ];
    return createDataset({ ...parts, warnings }, preprocessing, views, cache);
  } catch (error) {
    cache[Symbol.dispose]();
    throw error;
  }
}

/**
 * Everything that descriptors depend on besides the image. The kernels are
 * part of it: a sum in another order has other last bits, and a model trained
 * from a cache must be the model trained without one.
 */
async function cacheKey(
  preprocessing: Preprocessing,
  views: number,
): Promise<string> {
  const kernels = await Deno.readFile(
    new URL("../kernels/kernels.wasm", import.meta.url),
  );
  return JSON.stringify({
    preprocessing,
    views,
    rules: VIEW_RULES,
    kernels: await sha256(kernels),
  });
}

/** Describes each entry; the results are in their order. */
async function runWorkers(
  entries: readonly SourceEntry[],
  cache: DescriptorCache,
  { views, preprocessing, workers, strict, signal, onProgress }:
    & DescribeOptions
    & Required<Pick<DescribeOptions, "views" | "preprocessing">>,
): Promise<DescribedEntry[]> {
  const count = Math.min(
    workers ?? navigator.hardwareConcurrency,
    entries.length,
  );
  const described = new Array<DescribedEntry>(entries.length);
  const queue = entries.entries();
  let done = 0;
  using describers = new DisposableStack();
  const work = async () => {
    const describer = describers.use(new DescribeClient());
    await describer.start(preprocessing, views);
    for (const [index, entry] of queue) {
      signal?.throwIfAborted();
      const result = await describeEntry(entry, describer, cache);
      if ("unusable" in result && strict) {
        throw new DataError(`Cannot use "${entry.id}": ${result.unusable}`);
      }
      described[index] = result;
      onProgress?.(++done, entries.length);
    }
  };
  await untilAborted(Promise.all(Array.from({ length: count }, work)), signal);
  return described;
}

async function describeEntry(
  entry: SourceEntry,
  describer: DescribeClient,
  cache: DescriptorCache,
): Promise<DescribedEntry> {
  const loaded = await describer.load(entry.origin);
  if ("unusable" in loaded) return loaded;
  const { contentHash } = loaded;
  const slot = await cache.find(contentHash);
  if (slot !== undefined) return { contentHash, slot };
  const result = await describer.describe();
  if ("unusable" in result) return result;
  return {
    contentHash,
    slot: await cache.add(contentHash, result.descriptors),
  };
}

/** Settles as `work` does, or rejects with the signal's reason as soon as it aborts. */
async function untilAborted<T>(
  work: Promise<T>,
  signal: AbortSignal | undefined,
): Promise<T> {
  if (signal === undefined) return await work;
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(signal.reason);
  signal.addEventListener("abort", onAbort);
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
