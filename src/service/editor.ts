/** Changes of the model: one at a time here, repeated if another process commits first. @module */

import { ConflictError, PreconditionError } from "../errors.ts";
import type { Draft, StoreHead } from "../store/draft.ts";
import type { BeforeAfter, Manifest } from "../store/manifest.ts";
import type { CommitOptions, ModelStore } from "../store/store.ts";
import { jitter } from "../waiting.ts";
import type { Parameters } from "./network.ts";
import { type Note, timedAsync } from "./phases.ts";
import { Queue } from "./queue.ts";
import type { Versions } from "./versions.ts";

/** The number of times a change is done again because another process committed first. */
const ATTEMPTS = 20;
/** The longest pause between two attempts, in milliseconds. */
const JITTER = 20;

/** A new version that is not yet written. */
export interface Proposal extends CommitOptions {
  readonly draft: Draft;
  /** Every parameter of the new version that is not the base model's. */
  readonly parameters: Parameters;
}

/** The result of a change: a version to be committed, or an answer that changes nothing. */
export type Proposed<T> =
  | { readonly propose: Proposal }
  /** `undefined` if another process was first, and the change must be tried again. */
  | { readonly answer: T | undefined };

/** Conditions of a change. */
export interface ChangeConditions<T> {
  /** The hashes, one of which must be the model's; without them, any will do. */
  readonly ifMatch?: readonly string[] | undefined;
  /** The answer to the change if it was made before. */
  answered?(): Promise<T | undefined>;
  /** Called with the time of each commit. */
  readonly note?: Note | undefined;
}

/** Options of a change. */
export interface ChangeOptions {
  /** The hashes, one of which must be the model's; without them, any will do. */
  readonly ifMatch?: readonly string[] | undefined;
  /** The name of the key that it came with; the history keeps it. */
  readonly by?: string | undefined;
  /** Called with the parts of the work. */
  readonly note?: Note | undefined;
}

/** A change of the model, as its caller sees it. */
export interface Changed {
  readonly version: BeforeAfter;
  readonly step: BeforeAfter;
  /** Hash of the model after it. */
  readonly sha256: string;
}

/** Describes a change that was made. */
export function changedFrom(before: Manifest, after: Manifest): Changed {
  return {
    version: { before: before.version, after: after.version },
    step: { before: before.step, after: after.step },
    sha256: after.sha256,
  };
}

/** The queue of all changes of the model in this process. */
export class Editor {
  readonly #queue: Queue;

  /**
   * @param maxWaiting The most changes that may wait or run at once.
   * @param committed Called with each version that was made here.
   */
  constructor(
    private readonly store: ModelStore,
    private readonly versions: Versions,
    maxWaiting: number,
    private readonly committed: (version: number) => void,
  ) {
    this.#queue = new Queue(maxWaiting);
  }

  /**
   * Makes a change in its turn: proposes it on the current head, commits it and publishes
   * the version.
   *
   * @param propose Does all of the work on the given head; called again if the head has
   * moved.
   * @returns The versions before and after, or the answer to a change that changes
   * nothing.
   * @throws {BusyError} If too many changes wait.
   * @throws {ConflictError} If the head moved every time.
   * @throws {PreconditionError} If the model has none of the hashes asked for.
   */
  change<T>(
    propose: (head: StoreHead) => Promise<Proposed<T>>,
    { ifMatch, answered, note }: ChangeConditions<T> = {},
  ): Promise<{ before: Manifest; after: Manifest } | { answer: T }> {
    return this.#queue.run(async () => {
      for (let tried = 0; tried < ATTEMPTS; tried++) {
        if (tried > 0) await jitter(JITTER);
        const answer = await answered?.();
        if (answer !== undefined) return { answer };
        const head = await this.versions.head();
        checkMatch(ifMatch, this.versions.current.manifest.sha256);
        const proposed = await propose(head);
        if ("answer" in proposed) {
          if (proposed.answer !== undefined) return { answer: proposed.answer };
          continue;
        }
        const { draft, parameters, ...options } = proposed.propose;
        const commit = await timedAsync(
          note,
          "commit",
          () => this.store.commit(head, draft, options),
        );
        if (commit.status === "stale") continue;
        this.versions.publish(
          await this.versions.ready(commit.manifest, parameters),
        );
        this.committed(commit.manifest.version);
        return { before: head.manifest, after: commit.manifest };
      }
      throw new ConflictError(
        `Cannot change the model: others changed it first, ${ATTEMPTS} times in a row`,
      );
    });
  }

  /** Resolves when no change waits or runs. */
  idle(): Promise<void> {
    return this.#queue.idle();
  }
}

/**
 * Checks that the model is in one of the given states, if there are any.
 *
 * @throws {PreconditionError} If it is not.
 */
export function checkMatch(
  hashes: readonly string[] | undefined,
  sha256: string,
): void {
  if (hashes === undefined || hashes.includes(sha256)) return;
  throw new PreconditionError(
    `Cannot change the model: expected it to be ${
      hashes.join(" or ")
    }, its sha256 is ${sha256}`,
  );
}
