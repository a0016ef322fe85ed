/** The model's history, and rollbacks. @module */

import { introducerOf, type Manifest } from "../store/manifest.ts";
import { deleteTag, readTags, setTag } from "../store/tags.ts";
import type { ModelStore } from "../store/store.ts";
import {
  type Changed,
  changedFrom,
  type ChangeOptions,
  type Editor,
  type Proposal,
  type Proposed,
} from "./editor.ts";
import { isParameter, unlessRetired } from "./versions.ts";

/** A version and the names it is kept by. */
export interface HistoryEntry {
  readonly manifest: Manifest;
  readonly tags: readonly string[];
}

/** The versions of the served model. */
export class History {
  constructor(
    private readonly store: ModelStore,
    private readonly editor: Editor,
  ) {}

  /** Versions, newest first, down to the weights file itself, which is version 0. */
  async list(limit: number, before?: number): Promise<HistoryEntry[]> {
    const manifests = await this.store.manifests({ limit, before });
    if (manifests.length < limit && before !== 0) {
      manifests.push((await this.store.manifest(0))!);
    }
    const tags = await readTags(this.store);
    return manifests.map((manifest) => entryOf(manifest, tags));
  }

  /** One version, or undefined if there is none of that number. */
  async find(version: number): Promise<HistoryEntry | undefined> {
    const manifest = await this.store.manifest(version);
    return manifest && entryOf(manifest, await readTags(this.store));
  }

  /** Names a version, so that it is kept however old it gets; false if there is none. */
  tag(name: string, version: number): Promise<boolean> {
    return setTag(this.store, name, version);
  }

  /** Takes a name away. */
  untag(name: string): Promise<void> {
    return deleteTag(this.store, name);
  }

  /**
   * Makes a new version that equals an old one.
   *
   * @returns The versions before and after, or undefined if there is no such version.
   * @throws {StoreError} If that version is damaged.
   * @throws {PreconditionError} If the model has none of the hashes asked for.
   */
  async rollback(
    version: number,
    { ifMatch, by, note }: ChangeOptions = {},
  ): Promise<Changed | undefined> {
    const done = await this.editor.change(
      async (): Promise<Proposed<"missing">> => {
        const proposal = await this.#restoring(version, by);
        return proposal === undefined
          ? { answer: "missing" }
          : { propose: proposal };
      },
      { ifMatch, note },
    );
    return "answer" in done ? undefined : changedFrom(done.before, done.after);
  }

  async #restoring(
    version: number,
    by: string | undefined,
  ): Promise<Proposal | undefined> {
    const present = await this.store.presence(version);
    const target = await this.store.manifest(version);
    if (target === undefined || (version > 0 && present === undefined)) {
      return undefined;
    }
    const tensors = await unlessRetired(this.store.load(target));
    if (tensors === undefined) return undefined;
    return {
      draft: {
        change: "rollback",
        restored: version,
        step: target.step,
        steps: target.steps,
        tensors: target.tensors,
        memory: target.memory,
        heads: target.heads,
        introduced: introducerOf(target),
        by,
      },
      parameters: new Map([...tensors].filter(([name]) => isParameter(name))),
      checks: present === undefined ? [] : [present],
    };
  }
}

function entryOf(
  manifest: Manifest,
  tags: ReadonlyMap<string, number>,
): HistoryEntry {
  const names = Array.from(tags).filter(([, version]) =>
    version === manifest.version
  );
  return { manifest, tags: names.map(([name]) => name) };
}
