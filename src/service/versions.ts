/** The versions that predictions and fine-tunes read: the current one, and others by number. @module */

import { RetiredError, StoreError } from "../errors.ts";
import type { StoreHead } from "../store/draft.ts";
import type { ModelStore } from "../store/store.ts";
import {
  baseManifest,
  type BaseModel,
  type Manifest,
} from "../store/manifest.ts";
import { Deadlines } from "../waiting.ts";
import type { Parameters, Served, ServingNetwork } from "./network.ts";

/** Milliseconds after which a prediction checks the head again. */
const FRESH_FOR = 1000;
/** Milliseconds after which it starts that check without waiting, so that few predictions wait. */
const AHEAD = 500;
/** Milliseconds that a prediction waits for it. */
const PATIENCE = 100;
/** Pinned versions kept in memory. */
const PINNED = 4;

/** A version, whole and verified. */
export interface Version extends Served {
  readonly manifest: Manifest;
}

/** Reads versions from the store and keeps the current one. */
export class Versions {
  #current: Version;
  #checked = -Infinity;
  #checking: Promise<StoreHead> | undefined;
  #refreshing: Promise<void> | undefined;
  /** Whether the check takes so long that no prediction waits for it. */
  #overdue = false;
  /** Whether the store failed at the last check. */
  #failing = false;
  readonly #deadlines = new Deadlines(PATIENCE);
  readonly #pinned = new Map<number, Version>();
  /** Versions found damaged, so that each is reported once. */
  readonly #damaged = new Set<number>();

  constructor(
    private readonly store: ModelStore,
    base: BaseModel,
    private readonly network: ServingNetwork,
    private readonly report: (error: unknown) => void,
  ) {
    this.#current = { manifest: baseManifest(base), parameters: new Map() };
  }

  /** The version that is served. Changes only between two turns of the event loop. */
  get current(): Version {
    return this.#current;
  }

  /**
   * Checks the head unless that was done within the last second. A store that fails is
   * reported once, and the current version stays; so it does while a store is slow, until
   * the check is done.
   *
   * @throws {StoreError} If it was never reached.
   */
  async freshen(): Promise<void> {
    const age = performance.now() - this.#checked;
    if (age < AHEAD) return;
    if (this.#checked === -Infinity) return void await this.head();
    this.#refreshing ??= this.#refresh();
    if (age < FRESH_FOR || this.#overdue) return;
    const late = Promise.withResolvers<void>();
    const end = this.#deadlines.start(() => {
      this.#overdue = true;
      late.resolve();
    });
    await Promise.race([this.#refreshing, late.promise]);
    end();
  }

  async #refresh(): Promise<void> {
    try {
      await this.head();
      this.#failing = false;
    } catch (error) {
      this.#checked = performance.now();
      if (!this.#failing) this.report(error);
      this.#failing = true;
    }
    this.#refreshing = undefined;
    this.#overdue = false;
  }

  /** Reads the head, and publishes its version if it is a new one. */
  head(): Promise<StoreHead> {
    this.#checking ??= this.#check().finally(() => this.#checking = undefined);
    return this.#checking;
  }

  /** Publishes a version that this process has just committed. */
  publish(version: Version): void {
    if (version.manifest.version > this.#current.manifest.version) {
      this.#current = version;
    }
    this.#checked = performance.now();
  }

  /**
   * A version by its number, or undefined if there is none.
   *
   * @throws {StoreError} If it is damaged.
   */
  async at(number: number): Promise<Version | undefined> {
    if (number === this.#current.manifest.version) return this.#current;
    const known = this.#pinned.get(number);
    if (known !== undefined) return known;
    const manifest = await this.store.manifest(number);
    if (manifest === undefined) return undefined;
    const version = await unlessRetired(this.#load(manifest));
    if (version === undefined) return undefined;
    this.#pinned.set(number, version);
    const [oldest] = this.#pinned.keys();
    if (this.#pinned.size > PINNED) this.#pinned.delete(oldest!);
    return version;
  }

  async #check(): Promise<StoreHead> {
    const head = await this.store.head(this.#current.manifest);
    if (head.manifest.version !== this.#current.manifest.version) {
      const version = await unlessRetired(this.#soundest(head.manifest));
      if (version === undefined) return await this.#check(); // there are newer ones
      // Another check may have published a later one meanwhile.
      if (head.manifest.version >= this.#current.manifest.version) {
        this.#current = version;
      }
    }
    this.#checked = performance.now();
    return head;
  }

  /** The version, or its nearest ancestor that is not damaged. */
  async #soundest(manifest: Manifest): Promise<Version> {
    try {
      return await this.#load(manifest);
    } catch (error) {
      const damaged = error instanceof StoreError &&
        !(error instanceof RetiredError);
      if (!damaged) throw error;
      if (!this.#damaged.has(manifest.version)) this.report(error);
      this.#damaged.add(manifest.version);
      return await this.#soundest(await this.#ancestor(manifest));
    }
  }

  /** The next older version: each is made of the one before it. */
  async #ancestor({ version }: Manifest): Promise<Manifest> {
    const [older] = await this.store.manifests({ before: version, limit: 1 });
    return older ?? (await this.store.manifest(0))!;
  }

  async #load(manifest: Manifest): Promise<Version> {
    const parameters = await this.store.load(manifest, isParameter);
    return await this.ready(manifest, parameters);
  }

  /** A version with what it takes to predict. */
  async ready(manifest: Manifest, parameters: Parameters): Promise<Version> {
    const ownHeads = manifest.heads &&
      await this.network.headsNetwork(manifest.heads);
    return { manifest, parameters, ownHeads };
  }
}

/** The result of reading, or undefined if the version was removed meanwhile. */
export async function unlessRetired<T>(
  reading: Promise<T>,
): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof RetiredError) return undefined;
    throw error;
  }
}

/** Whether a stored tensor is a parameter, not a moment of an optimizer. */
export function isParameter(name: string): boolean {
  return /^(trunk|head)\./.test(name);
}
