/** Fine-tune requests and their answers. @module */

import { ConflictError, IdempotencyError, StoreError } from "../errors.ts";
import { isKnown } from "../heads/head.ts";
import type { HeadSpec } from "../heads/kinds.ts";
import type { BeforeAfter, GuardRecord, Manifest } from "../store/manifest.ts";
import type { Draft, StoreHead } from "../store/draft.ts";
import type { Parameters } from "./network.ts";
import type { Note } from "./phases.ts";
import type { Refusal } from "./refusals.ts";
import type { ExampleAnswer } from "./standings.ts";
import type { Version } from "./versions.ts";

/** The largest margin of a correction, in logits. */
export const MAX_MARGIN = 4;

/** The identity of a request that is done once, however often it is sent. */
export interface OnceOnly {
  /** Its idempotency key. */
  readonly key: string;
  /** A hash of it: requests with equal hashes are the same. */
  readonly request: string;
}

/** A fine-tune request whose parts have been checked. */
export interface FinetuneRequest {
  /** Decodes and describes the images; not called if the request is refused or answered before. */
  readonly describe: () => Promise<readonly Uint8Array[]>;
  /** The heads that the labels are of. */
  readonly heads: readonly HeadSpec[];
  /** Label of each example for each head, in the heads' order, or `UNKNOWN`. */
  readonly labels: readonly (readonly number[])[];
  /** A correction by the policy of src/correction, or plain training steps. */
  readonly mode: "correct" | "steps";
  /** Steps of the optimizer; each mode has a default. */
  readonly steps?: number | undefined;
  readonly learningRate?: number | undefined;
  /** The margin, in logits, by which an answer must be right after a correction. */
  readonly margin?: number | undefined;
  /** Whether a correction believes every example. */
  readonly trusted?: boolean | undefined;
  /** Whether to compute everything and change nothing. */
  readonly dryRun: boolean;
  /** The name of the key that it was sent with. */
  readonly by?: string | undefined;
  /** The hashes, one of which must be the model's. */
  readonly ifMatch?: readonly string[] | undefined;
  /** Given if the request may be repeated. */
  readonly once?: OnceOnly | undefined;
  /** Called with the parts of the work. */
  readonly note?: Note | undefined;
}

/** The answer to a fine-tune request. */
export interface FinetuneAnswer {
  readonly accepted: boolean;
  /** Why it was not accepted, or why nothing changed. */
  readonly reason: string | null;
  /** What to do if it was not accepted; null if it was. */
  readonly refusal: Refusal | null;
  readonly version: BeforeAfter;
  readonly step: BeforeAfter;
  readonly loss: BeforeAfter;
  readonly guard: GuardRecord | null;
  readonly examples: readonly ExampleAnswer[];
  readonly gradientNorm: number;
  readonly updateRatio: number;
}

/** The result of learning, before anything is committed. */
export interface Learned {
  /** Why it must not be published; null if it may be. */
  readonly reason: string | null;
  readonly draft: Draft;
  /** Every parameter of the draft that is not the base model's. */
  readonly parameters: Parameters;
  readonly report: Pick<
    FinetuneAnswer,
    "refusal" | "loss" | "guard" | "examples" | "gradientNorm" | "updateRatio"
  >;
  /** Called with the hash of the version that the draft became; keeps the start of the next request. */
  keep(sha256: string): void;
}

/** An answer and the hash of the model after it. */
export interface FinetuneResult {
  readonly answer: FinetuneAnswer;
  readonly sha256: string;
  readonly dryRun: boolean;
  /** Whether the work was done for an earlier sending of the request. */
  readonly repeated: boolean;
}

/** The answer to a request that turned `before` into `after`. */
export function resultOf(
  before: Manifest,
  after: Manifest,
  { reason, report }: Learned,
  dryRun: boolean,
): FinetuneResult {
  const { refusal, ...figures } = report;
  return {
    answer: {
      accepted: reason === null,
      reason: reason ?? (dryRun ? "A dry run: nothing was changed." : null),
      refusal,
      version: { before: before.version, after: after.version },
      step: { before: before.step, after: after.step },
      ...figures,
    },
    sha256: after.sha256,
    dryRun,
    repeated: false,
  };
}

/**
 * Checks that the version served is the head.
 *
 * @throws {StoreError} If an ancestor is served because the head is damaged.
 */
export function checkSound(
  { manifest: { version } }: StoreHead,
  { manifest: served }: Version,
): void {
  if (served.version >= version) return;
  throw new StoreError(
    `Cannot fine-tune: version ${version} is damaged, version ${served.version} is served instead; ` +
      `POST /rollback {"version": ${served.version}} goes on from there`,
  );
}

/**
 * Checks that a repeated idempotency key comes with the same request.
 *
 * @throws {IdempotencyError} If it does not.
 */
export function checkSame(hash: string, recorded: string): void {
  if (hash === recorded) return;
  throw new IdempotencyError(
    "Cannot fine-tune: the Idempotency-Key was used before, for another request",
  );
}

/**
 * Checks that the labels of a request name the same classes in the heads that are to
 * learn them.
 *
 * @throws {ConflictError} If a change of labels came first.
 */
export function checkLabels(
  { heads, labels }: FinetuneRequest,
  now: readonly HeadSpec[],
): void {
  const changed = heads.findIndex((head, h) =>
    labels[h]!.some((label) =>
      isKnown(label) && nameIn(head, label) !== nameIn(now[h]!, label)
    )
  );
  if (changed < 0) return;
  throw new ConflictError(
    `Cannot fine-tune: the labels of ${heads[changed]!.name} changed meanwhile`,
  );
}

/** The name of an accepted class; undefined for one that is not, and for heads of other kinds. */
function nameIn(head: HeadSpec, label: number): string | undefined {
  if (head.kind !== "classes") return undefined;
  const name = head.labels[label];
  return name === undefined || head.retired?.includes(name) ? undefined : name;
}
