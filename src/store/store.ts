/**
 * The versions of one base model: a small git over an engine.
 *
 *   tandem / <sha256 of the weights file> / head             which version is served
 *                                         / versions / <n>   its manifest, never rewritten
 *                                         / blobs / <sha256> / <chunk>
 *                                         / receipts / <sha256 of an idempotency key>
 *                                         / tags / <name>
 *                                         / staging / <id>, staged   see staging.ts
 *   tandem-bases / <sha256 of each weights file that has versions here>
 *
 * A version's blobs, its manifest, the receipt of the request that made it and
 * the new head are one atomic write, which checks that the head is still the
 * parent's. Readers therefore see whole versions only.
 *
 * Modules that read and write blobs are imported at their first use: a server that has
 * learned nothing yet starts without them.
 *
 * @module
 */

import { tensorFault } from "../checkpoint/judge.ts";
import { RetiredError, StoreError } from "../errors.ts";
import type { Check, Engine, Entry, Key, Namespace, Write } from "./engine.ts";
import {
  baseManifest,
  type BaseModel,
  blobOf,
  decode,
  encode,
  type Manifest,
  stateHash,
  type TensorRecord,
  unreadableManifest,
} from "./manifest.ts";
import { isManifest } from "./manifest_check.ts";
import type { Draft, Prepared, StoreHead } from "./draft.ts";
import type { Receipt } from "./receipts.ts";

const HEAD_ATTEMPTS = 3;
/** The key under which all weights files with versions here are listed. */
const BASES = "tandem-bases";

/** The result of a commit: a version, or nothing if the store had changed meanwhile. */
export type Commit =
  | { readonly status: "committed"; readonly manifest: Manifest }
  | { readonly status: "stale" };

/** Further parts of the write that commits a version. */
export interface CommitOptions {
  /** The receipt of the request that made it. */
  readonly receipt?: ((manifest: Manifest) => Receipt) | undefined;
  /** Entries besides the head that must not have changed. */
  readonly checks?: readonly Check[];
}

/** The versions of one base model. */
export class ModelStore implements Namespace {
  readonly root: Key;
  readonly #base: BaseModel;

  constructor(readonly engine: Engine, base: BaseModel) {
    this.#base = base;
    this.root = ["tandem", base.sha256];
  }

  /** Reads the head. `known` saves reading its manifest again: 1 read where nothing changed. */
  async head(known?: Manifest): Promise<StoreHead> {
    for (let attempt = 1;; attempt++) {
      const [entry] = await this.engine.read([this.#key("head")]);
      if (entry === undefined) {
        return { manifest: baseManifest(this.#base), stamp: null };
      }
      const version = await this.#headVersion(entry);
      const manifest = known?.version === version
        ? known
        : await this.manifest(version);
      if (manifest !== undefined) return { manifest, stamp: entry.stamp };
      // Between the two reads the head may have moved on and its old version gone.
      if (attempt === HEAD_ATTEMPTS) {
        return {
          manifest: unreadableManifest(this.#base, version),
          stamp: entry.stamp,
        };
      }
    }
  }

  /** One version's manifest, or undefined if there is no such version (any more). */
  async manifest(version: number): Promise<Manifest | undefined> {
    if (version === 0) return baseManifest(this.#base);
    const [entry] = await this.engine.read([versionKey(this.root, version)]);
    return entry && this.#manifestOf(entry);
  }

  /** A check that a version still exists; undefined if it does not. */
  async presence(version: number): Promise<Check | undefined> {
    const key = versionKey(this.root, version);
    const [entry] = await this.engine.read([key]);
    return entry && { key, stamp: entry.stamp };
  }

  /** Manifests, newest first, without the base model's. */
  async manifests(
    options: { limit?: number; before?: number | undefined } = {},
  ): Promise<Manifest[]> {
    const { limit, before } = options;
    const entries = await this.engine.list(this.#key("versions"), {
      reverse: true,
      ...(limit === undefined ? {} : { limit }),
      ...(before === undefined
        ? {}
        : { before: versionKey(this.root, before) }),
    });
    return entries.map((entry) => this.#manifestOf(entry));
  }

  /** The version that the head names; the newest one where the head is damaged. */
  async #headVersion({ value }: Entry): Promise<number> {
    try {
      const { version } = decode<{ version: unknown }>(value);
      if (Number.isSafeInteger(version) && version as number >= 0) {
        return version as number;
      }
    } catch {
      // A damaged head is treated as missing.
    }
    const [newest] = await this.manifests({ limit: 1 });
    return newest?.version ?? 0;
  }

  #manifestOf({ key, value }: Entry): Manifest {
    const version = Number(key.at(-1));
    try {
      const manifest = decode<unknown>(value);
      if (isManifest(manifest) && manifest.version === version) return manifest;
    } catch {
      // Replaced below.
    }
    return unreadableManifest(this.#base, version);
  }

  /**
   * Reads a version's tensors, those that `wanted` accepts, and verifies every
   * hash, the version's own included.
   *
   * @throws {RetiredError} If the version was removed meanwhile.
   * @throws {StoreError} If anything is missing or damaged.
   */
  async load(
    manifest: Manifest,
    wanted: (name: string) => boolean = () => true,
  ): Promise<Map<string, Float32Array>> {
    const hash = await stateHash(this.#base, manifest);
    if (hash !== manifest.sha256) {
      throw new StoreError(
        `Cannot load version ${manifest.version}: expected sha256 ${manifest.sha256}, got ${hash}`,
      );
    }
    const records = manifest.tensors.filter(({ name }) => wanted(name));
    try {
      return await this.read(records);
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      if (await this.presence(manifest.version) !== undefined) throw error;
      throw new RetiredError(
        `Cannot load version ${manifest.version}: it was removed meanwhile`,
      );
    }
  }

  /**
   * Reads tensors by their records.
   *
   * @throws {StoreError} If one is missing or damaged.
   */
  async read(
    records: readonly TensorRecord[],
  ): Promise<Map<string, Float32Array>> {
    const { readBlobs } = await import("./blobs.ts");
    const wanted = records.map(blobOf);
    const blobs = await readBlobs(this.engine, this.root, wanted);
    return new Map(records.map(({ name }, i) => {
      const values = new Float32Array(blobs[i]!.buffer);
      const fault = tensorFault(name, values);
      if (fault === undefined) return [name, values];
      throw new StoreError(`Cannot load ${name}: ${fault}`);
    }));
  }

  /**
   * Makes a draft the head, together with the receipt of the request that made
   * it, or changes nothing: stale if the head, the receipt or what `checks` names
   * changed meanwhile.
   */
  async commit(
    head: StoreHead,
    draft: Draft,
    options: CommitOptions = {},
  ): Promise<Commit> {
    const { prepareDraft } = await import("./draft.ts");
    const prepared = await prepareDraft(this.#base, head, draft);
    return await this.#commitPrepared(head, prepared, options)
      ? { status: "committed", manifest: prepared.manifest }
      : { status: "stale" };
  }

  async #commitPrepared(
    head: StoreHead,
    { manifest, blobs }: Prepared,
    { receipt: receiptOf, checks = [] }: CommitOptions,
  ): Promise<boolean> {
    const { version } = manifest;
    const receipt = receiptOf?.(manifest);
    const allChecks = [
      { key: this.#key("head"), stamp: head.stamp },
      ...checks,
      ...(receipt === undefined ? [] : [receipt.check]),
    ];
    const sets = [
      { key: versionKey(this.root, version), value: encode(manifest) },
      { key: this.#key("head"), value: encode({ version }) },
      ...(head.stamp === null
        ? [{ key: baseKey(this.#base), value: encode({}) }]
        : []),
      ...(receipt === undefined ? [] : [receipt.entry]),
    ];
    const { packBlobs } = await import("./blobs.ts");
    const batches = await packBlobs(this.root, blobs);
    if (batches.length === 1) {
      return await this.#write(manifest, {
        checks: allChecks,
        sets: [...sets, ...batches[0]!],
      });
    }
    const { discardStaged, stageBlobs } = await import("./staging.ts");
    const staged = await stageBlobs(this.engine, this.root, blobs, batches);
    const committed = await this.#write(manifest, {
      checks: [...allChecks, staged],
      sets,
      deletes: [staged.key],
    });
    if (!committed) await discardStaged(this.engine, staged.key);
    return committed;
  }

  /** Writes; after an error, reads back whether the write took effect. */
  async #write(manifest: Manifest, write: Write): Promise<boolean> {
    try {
      return await this.engine.write(write);
    } catch (error) {
      const found = await this.manifest(manifest.version).catch(() =>
        undefined
      );
      if (found?.commit === manifest.commit) return true;
      throw error;
    }
  }

  /** The hashes of other weights files that have versions in the database. */
  async otherBases(): Promise<string[]> {
    const entries = await this.engine.list([BASES]);
    return entries.map(({ key }) => key.at(-1)!).filter((hash) =>
      hash !== this.#base.sha256
    );
  }

  /** Releases the engine. */
  close(): Promise<void> {
    return this.engine.close();
  }

  #key(...parts: string[]): Key {
    return [...this.root, ...parts];
  }
}

function baseKey({ sha256 }: BaseModel): Key {
  return [BASES, sha256];
}

/** The key of a version's manifest. Numbers are padded, so that keys are in their order. */
export function versionKey(root: Key, version: number): Key {
  return [...root, "versions", String(version).padStart(12, "0")];
}
