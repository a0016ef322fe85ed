/** The served model on another machine: from pixels to the same answers, bit by bit. @module */

import type {
  SafetensorsHeader,
  TensorInfo,
} from "../checkpoint/safetensors.ts";
import {
  type SafetensorsReader,
  viewSafetensors,
} from "../checkpoint/safetensors_reader.ts";
import { readServingModel } from "../checkpoint/state_reader.ts";
import type { Pixels } from "../image/decode.ts";
import { allocateDescriber, describe } from "../image/descriptor.ts";
import { PLAIN_VIEW } from "../image/view.ts";
import { createArena } from "../kernels/arena.ts";
import type { ServingModel } from "../model/state.ts";
import type { Prediction } from "../service/answers.ts";
import { SINCE } from "../service/model_file.ts";
import { ServingNetwork } from "../service/network.ts";

/** Describes an upright image. */
type Describe = (pixels: Pixels) => Uint8Array;

/** A version that is held. */
interface Held {
  readonly etag: string;
  readonly source: SafetensorsReader;
  readonly network: ServingNetwork;
  readonly describe: Describe;
}

/** Keeps one version of the model, and predicts with it. */
export class Core {
  #held: Held | undefined;

  /**
   * Takes a version as GET /model gives it: all of it, or what changed since the
   * one that is held.
   *
   * @param etag The version's entity tag.
   * @throws {CheckpointError} If it is damaged.
   * @throws {RangeError} If it builds on a version that is not held.
   */
  async load(bytes: Uint8Array<ArrayBuffer>, etag: string): Promise<void> {
    const file = viewSafetensors(bytes);
    const source = merged(file, this.#held);
    const model = await readServingModel(source);
    const network = await ServingNetwork.create(model);
    // What changes from version to version of one model is not its preprocessing.
    const same = source === file ? undefined : this.#held;
    const describe = same?.describe ?? await describerOf(model);
    this.#held = { etag, source, network, describe };
  }

  /**
   * Predicts an upright image.
   *
   * @param topK How many classes a head lists at most.
   * @throws {RangeError} If no version is held.
   */
  predict(pixels: Pixels, topK: number): Prediction {
    if (this.#held === undefined) {
      throw new RangeError("Cannot predict: expected a model, got none");
    }
    const { network, describe } = this.#held;
    const served = { parameters: new Map() };
    return network.predict(served, [describe(pixels)], topK)[0]!;
  }
}

/** A file of changed tensors with those of the version that it builds on. */
function merged(
  file: SafetensorsReader,
  held: Held | undefined,
): SafetensorsReader {
  const { metadata, tensors } = file.header;
  const since = metadata[SINCE];
  if (since === undefined) return file;
  if (held?.etag !== since) {
    throw new RangeError(
      `Cannot take changed tensors: expected those since ${
        held?.etag ?? "nothing"
      }, got those since ${since}`,
    );
  }
  const all = new Map<string, TensorInfo>([
    ...held.source.header.tensors,
    ...tensors,
  ]);
  const header: SafetensorsHeader = { ...file.header, tensors: all };
  return {
    header,
    read: (name) => (tensors.has(name) ? file : held.source).read(name),
  };
}

/** Takes the memory to describe images as a model wants them. */
async function describerOf(
  { preprocessing }: ServingModel,
): Promise<Describe> {
  const { kernels, views } = await createArena((allocate) =>
    allocateDescriber(allocate, preprocessing)
  );
  return (pixels) => {
    const { width, height } = pixels;
    const header = { type: "png", width, height, orientation: 1 } as const;
    const out = new Uint8Array(views.bytes.length);
    describe(kernels, views, preprocessing, header, pixels, PLAIN_VIEW, out);
    return out;
  };
}
