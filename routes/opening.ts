/** Opening the service: the weights file and the store at the same time. @module */

import { readKnown, withKnown } from "../src/checkpoint/known_file.ts";
import { CheckpointError } from "../src/errors.ts";
import { prepareDescriber } from "../src/service/describer.ts";
import { Service } from "../src/service/service.ts";
import { type Settings, SHIPPED_WEIGHTS } from "../src/service/settings.ts";
import { readWeights } from "../src/service/weights.ts";
import { openEngine } from "../src/store/open.ts";

/**
 * Opens the service of a weights file and a store, as settings name them.
 *
 * @throws {CheckpointError} If there is no such file, or it is not a model.
 * @throws {StoreError} If the store cannot be opened.
 */
export async function openService(
  { model, store, limits, keepVersions }: Settings,
  report: (error: unknown) => void,
): Promise<Service> {
  const file = model ?? SHIPPED_WEIGHTS;
  const reading = readModelFile(file); // while the rest is opened and compiled
  const opening = openEngine(store, report);
  // They are awaited below.
  for (const promise of [reading, opening]) promise.catch(() => {});
  prepareDescriber().catch(() => {}); // the first image will say why
  try {
    const bytes = await reading;
    const read = await readWeights(bytes).catch(
      async (error) => {
        const { fileError } = await import("../src/checkpoint/file_error.ts");
        throw fileError(file, error);
      },
    );
    const weights = { ...read, model: withKnown(read.model, readKnown(file)) };
    const engine = await opening;
    const service = await Service.create({
      weights,
      engine,
      limits: { bytes: limits.bodyBytes, pixels: limits.pixels },
      decoders: limits.decoders,
      decodeDeadline: 1000 * limits.decodeSeconds,
      keepVersions,
      report,
    });
    service.identity().catch(() => {}); // the first prediction finds the head read
    return service;
  } catch (error) {
    await opening.then((engine) => engine.close(), () => {});
    throw error;
  }
}

async function readModelFile(
  file: string | URL,
): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return await readWhole(file);
  } catch (cause) {
    const path = file instanceof URL ? file.pathname : file;
    const why = cause instanceof Deno.errors.NotFound
      ? "found none"
      : `got: ${(cause as Error).message}`;
    throw new CheckpointError(
      `Cannot serve the model: expected a weights file at ${path}, ${why}`,
      { cause },
    );
  }
}

/**
 * Reads a file into memory of its size, by another thread: this one has modules to
 * run meanwhile. Deno.readFile asks for more memory as it goes on, which takes
 * several times as long (measured by tests/bench/start.ts).
 */
async function readWhole(
  path: string | URL,
): Promise<Uint8Array<ArrayBuffer>> {
  using file = Deno.openSync(path);
  const { isFile, size } = file.statSync();
  if (!isFile) return await Deno.readFile(path); // a pipe has no size
  const bytes = new Uint8Array(size);
  for (let filled = 0; filled < bytes.length;) {
    const count = await file.read(bytes.subarray(filled));
    if (count === null) return bytes.slice(0, filled);
    filled += count;
  }
  return bytes;
}
