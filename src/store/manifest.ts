/**
 * The manifest of one version of the model, as it is kept in the store.
 *
 * @module
 */

import type { HeadSpec } from "../heads/kinds.ts";
import type { Calibration } from "../model/state.ts";
import type { BlobName } from "./blobs.ts";
import { sha256 } from "../model/bits.ts";

/** A tensor of a version that differs from the base model's, by its hash. */
export interface TensorRecord {
  readonly name: string;
  readonly dtype: "F32";
  readonly shape: readonly number[];
  /** SHA-256 of the little-endian row-major bytes. */
  readonly sha256: string;
}

/** A number before and after the change that made a version. */
export interface BeforeAfter {
  readonly before: number;
  readonly after: number;
}

/** The score of a head on the guard set. */
export interface GuardScore extends BeforeAfter {
  /** The base model's score, with which a correction is compared. */
  readonly base?: number | undefined;
  /** The images it was measured on: those that no head was trained on, or the replay memory's. */
  readonly basis?: "guard" | "replay" | undefined;
}

/**
 * The effect of a change on the score of each head on the guard set, by the head's name,
 * and how many examples that has. Versions made before heads had names say `before`
 * and `after` of one head.
 */
export type GuardRecord = Readonly<Record<string, number | GuardScore>>;

/** The corrections that a version remembers, so that later ones do not undo them. */
export interface MemoryRecord {
  /** Rows of features and labels; full blocks are those of the version before. */
  readonly blocks: readonly TensorRecord[];
  /** For each row, when it was appended; −1 if it is forgotten. */
  readonly order: readonly number[];
}

/** The heads of a version whose labels are not the base model's. */
export interface HeadsRecord {
  readonly heads: readonly HeadSpec[];
  readonly calibration: Calibration;
}

/** The request that made a version: enough to repeat it. */
export interface ChangeLog {
  readonly scope: "heads";
  /** A correction by the policy, or plain steps; versions from before there was a choice took steps. */
  readonly mode?: "correct" | "steps" | "label";
  readonly steps: number;
  readonly learningRate: number;
  /** Options of a correction. */
  readonly margin?: number;
  readonly trusted?: boolean;
  /** Seed of the draws. */
  readonly seed?: number;
  /** Label of each example by the head's name; null where the request named none. */
  readonly labels: Readonly<Record<string, readonly (number | null)[]>>;
  /** The trunk's outputs for the examples, [examples, hidden]. */
  readonly features: TensorRecord;
}

/** One version of the model. */
export interface Manifest {
  readonly version: number;
  /** The version it was made from; null for the base model. */
  readonly parent: number | null;
  readonly change:
    | "base"
    | "finetune"
    | "labels"
    | "rollback"
    | "import"
    | "unreadable";
  /** The version a rollback went back to. */
  readonly restored: number | null;
  /** Hash of the state: equal states have equal hashes, whatever their history. */
  readonly sha256: string;
  /** Optimizer steps taken since the first training began. */
  readonly step: number;
  /** Step counts of the tensors that differ from the base model's. */
  readonly steps: Readonly<Record<string, number>>;
  /** The tensors that differ from the base model's, ordered by name. */
  readonly tensors: readonly TensorRecord[];
  /** ISO 8601; null for the base model. */
  readonly createdAt: string | null;
  readonly loss: BeforeAfter | null;
  readonly guard: GuardRecord | null;
  readonly log: ChangeLog | null;
  /** The memory of the version; missing where it has none. */
  readonly memory?: MemoryRecord;
  /** Its heads; missing where they are the base model's. */
  readonly heads?: HeadsRecord;
  /**
   * The version that introduced its trunk and labels, with which later ones are compared;
   * missing where both are the base model's, and in versions from before it was noted.
   */
  readonly introduced?: number;
  /** The name of the key that made it; missing where keys had no names. */
  readonly by?: string;
  /** Marks the write that made this version, to recognise it after a lost answer. */
  readonly commit: string | null;
}

/** The served weights file, which is version 0 and is never copied into the store. */
export interface BaseModel {
  /** SHA-256 of the whole file. */
  readonly sha256: string;
  readonly step: number;
}

/** The part of a manifest that its state hash is taken over. */
export type State = Pick<
  Manifest,
  "step" | "steps" | "tensors" | "memory" | "heads"
>;

/** Version 0: the weights file as it is. */
export function baseManifest(base: BaseModel): Manifest {
  return {
    version: 0,
    parent: null,
    change: "base",
    restored: null,
    sha256: base.sha256,
    step: base.step,
    steps: {},
    tensors: [],
    createdAt: null,
    loss: null,
    guard: null,
    log: null,
    commit: null,
  };
}

/** A manifest in place of one that is damaged or missing: it has no hash, so that it cannot be loaded. */
export function unreadableManifest(base: BaseModel, version: number): Manifest {
  const parent = version - 1;
  return {
    ...baseManifest(base),
    version,
    parent,
    change: "unreadable",
    sha256: "",
  };
}

/** The hash that names a state: the file's own where nothing differs from it. */
export function stateHash(base: BaseModel, state: State): Promise<string> {
  const { tensors, step, memory, heads } = state;
  if (tensors.length === 0 && step === base.step && !memory && !heads) {
    return Promise.resolve(base.sha256);
  }
  const canonical = {
    base: base.sha256,
    step: state.step,
    steps: Object.entries(state.steps).sort(byName),
    tensors: state.tensors
      .map(({ name, dtype, shape, sha256 }) => [name, dtype, shape, sha256])
      .sort(byName),
    ...(state.memory && {
      memory: {
        blocks: state.memory.blocks.map(({ shape, sha256 }) => [shape, sha256]),
        order: state.memory.order,
      },
    }),
    ...(state.heads && { heads: state.heads }),
  };
  return sha256(encode(canonical));
}

function byName(a: readonly unknown[], b: readonly unknown[]): number {
  const [x, y] = [String(a[0]), String(b[0])];
  return x < y ? -1 : x > y ? 1 : 0;
}

/** A name for a trunk; the base model's is the empty string. */
export function trunkName(
  tensors: readonly Pick<TensorRecord, "name" | "sha256">[],
): string {
  return tensors.filter(({ name }) => name.startsWith("trunk."))
    .map(({ sha256 }) => sha256).join(" ");
}

/**
 * The version that introduced a version's trunk and labels: 0 where they are the base
 * model's, and the version itself where it does not say.
 */
export function introducerOf(
  { version, introduced, tensors, heads }: Manifest,
): number {
  const isBase = trunkName(tensors) === "" && heads === undefined;
  return isBase ? 0 : introduced ?? version;
}

/** The blob that holds a tensor. */
export function blobOf({ sha256, shape }: TensorRecord): BlobName {
  const values = shape.reduce((product, size) => product * size, 1);
  return { sha256, bytes: 4 * values };
}

/** Every blob a version needs, those of its memory and its change log included. */
export function blobsOf({ tensors, memory, log }: Manifest): BlobName[] {
  return [
    ...tensors,
    ...(memory?.blocks ?? []),
    ...(log === null ? [] : [log.features]),
  ].map(blobOf);
}

/** A record as JSON in UTF-8. */
export function encode(value: unknown): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(JSON.stringify(value));
}

/** The record that `encode` wrote. */
export function decode<T>(bytes: Uint8Array): T {
  return JSON.parse(new TextDecoder().decode(bytes));
}
