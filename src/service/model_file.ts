/** A version as a file with what prediction needs. @module */

import {
  encodeSafetensors,
  type TensorData,
} from "../checkpoint/safetensors.ts";
import { servingTensorsOf } from "../checkpoint/state.ts";
import { scaleOf } from "../checkpoint/state_description.ts";
import { BYTE_WEIGHT, roundToBytes } from "../model/quantize.ts";
import { type ServingModel, shapesOf } from "../model/state.ts";
import type { Manifest } from "../store/manifest.ts";
import type { ModelStore } from "../store/store.ts";
import { entityTag } from "./answers.ts";
import { headsOf } from "./heads.ts";
import { isParameter, type Version, type Versions } from "./versions.ts";

/** The metadata in which a file of changed tensors names the version that it builds on. */
export const SINCE = "since";

/** A version as a file. */
export interface ModelFile {
  readonly manifest: Manifest;
  /** Its bytes, to be written one after the other; the same for equal states. */
  readonly chunks: readonly Uint8Array[];
}

/** The version to read, and the part of it. */
export interface ModelRequest {
  /** The served one by default. */
  readonly version?: number | undefined;
  /** Reads only the tensors that differ from this version's. */
  readonly since?: number | undefined;
}

/** The version that does not exist. */
export interface MissingVersion {
  readonly missing: "version" | "since";
}

/** Makes files of versions. */
export class ModelFiles {
  constructor(
    private readonly model: ServingModel,
    private readonly store: ModelStore,
    private readonly versions: Versions,
  ) {}

  /**
   * A version as a weights file without moments and examples: it can be served and
   * predicted with, and not be trained on.
   *
   * @throws {StoreError} If the version is damaged.
   */
  async read(
    { version: number, since }: ModelRequest,
  ): Promise<ModelFile | MissingVersion> {
    await this.versions.freshen();
    const version = number === undefined
      ? this.versions.current
      : await this.versions.at(number);
    if (version === undefined) return { missing: "version" };
    const { manifest } = version;
    const { tensors, metadata } = servingTensorsOf(
      modelOf(this.model, version),
    );
    if (since === undefined) {
      return { manifest, chunks: encodeSafetensors(tensors, metadata) };
    }
    const known = await this.store.manifest(since);
    if (known === undefined || known.change === "unreadable") {
      return { missing: "since" };
    }
    return {
      manifest,
      chunks: encodeSafetensors(
        changedTensors(tensors, known, manifest),
        { ...metadata, [SINCE]: entityTag(known.sha256) },
      ),
    };
  }
}

/** The base model with a version's parameters, heads and calibration. */
function modelOf(
  base: ServingModel,
  { manifest, parameters: changed }: Version,
): ServingModel {
  const { heads, calibration } = headsOf(base, manifest);
  const sizes = { ...base.sizes, heads };
  const parameters = new Map([...base.parameters, ...changed]);
  const weight = changed.get(BYTE_WEIGHT);
  const byteWeight = weight === undefined
    ? base.byteWeight
    : roundToBytes(weight, shapesOf(base).get(BYTE_WEIGHT)![0]!);
  return { ...base, sizes, calibration, parameters, byteWeight };
}

/** Leaves out tensors that are the same in both versions. */
function changedTensors(
  tensors: readonly TensorData[],
  before: Manifest,
  after: Manifest,
): TensorData[] {
  const [a, b] = [before, after].map(hashesOf);
  const changed = new Set(
    [...a!.keys(), ...b!.keys()].filter((name) =>
      a!.get(name) !== b!.get(name)
    ),
  );
  if (changed.has(BYTE_WEIGHT)) changed.add(scaleOf(BYTE_WEIGHT));
  return tensors.filter(({ name }) => changed.has(name));
}

/** The hashes of a version's parameters; those that are missing are the base model's. */
function hashesOf({ tensors }: Manifest): Map<string, string> {
  return new Map(
    tensors.filter(({ name }) => isParameter(name))
      .map(({ name, sha256 }) => [name, sha256]),
  );
}
