/** Fine-tune requests and their answers. @module */

import { IdempotencyError, StoreError } from "../errors.ts";
import { sha256 } from "../model/bits.ts";
import {
  type BeforeAfter,
  encode,
  type GuardRecord,
  type Manifest,
} from "../store/manifest.ts";
import type { Head } from "../store/draft.ts";
import type { Outcome } from "./learner.ts";
import type { Version } from "./versions.ts";

/** What a request asks for. Everything in it is valid. */
export interface FinetuneRequest {
  readonly descriptors: readonly Uint8Array[];
  /** Label of each example for each head, in the heads' order, or `UNKNOWN`. */
  readonly labels: readonly (readonly number[])[];
  readonly steps: number;
  readonly learningRate: number;
  /** Whether to compute everything and change nothing. */
  readonly dryRun: boolean;
  /** The hashes of which the model must have one. */
  readonly ifMatch?: readonly string[];
  readonly idempotencyKey?: string;
}

/** What a fine-tune did. */
export interface FinetuneAnswer {
  readonly accepted: boolean;
  /** Why it was not accepted, or why nothing changed. */
  readonly reason: string | null;
  readonly version: BeforeAfter;
  readonly step: BeforeAfter;
  readonly loss: BeforeAfter;
  readonly guard: GuardRecord | null;
  readonly gradientNorm: number;
  readonly updateRatio: number;
}

/** An answer and the hash of the model after it. */
export interface FinetuneResult {
  readonly answer: FinetuneAnswer;
  readonly sha256: string;
}

/** The answer to a request that turned `before` into `after`. */
export function resultOf(
  before: Manifest,
  after: Manifest,
  { refusal, loss, guard, gradientNorm, updateRatio }: Outcome,
  dryRun: boolean,
): FinetuneResult {
  return {
    answer: {
      accepted: refusal === null,
      reason: refusal ?? (dryRun ? "A dry run: nothing was changed." : null),
      version: { before: before.version, after: after.version },
      step: { before: before.step, after: after.step },
      loss,
      guard,
      gradientNorm,
      updateRatio,
    },
    sha256: after.sha256,
  };
}

/**
 * Checks that the version served is the head.
 *
 * @throws {StoreError} If an ancestor is served because the head is damaged.
 */
export function checkSound(
  { manifest: { version } }: Head,
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

/** What makes two requests the same: the images, the labels, the options. */
export async function requestHash(request: FinetuneRequest): Promise<string> {
  const { descriptors, labels, steps, learningRate, dryRun } = request;
  const images: string[] = [];
  for (const descriptor of descriptors) {
    images.push(await sha256(descriptor.slice()));
  }
  return await sha256(
    encode({ images, labels, steps, learningRate, dryRun }),
  );
}
