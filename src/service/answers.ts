/** What the service says of images and of versions. @module */

import type { Manifest } from "../store/manifest.ts";
import type { Probabilities } from "./network.ts";

/** A class and its calibrated probability in [0, 1]. */
export interface Guess {
  readonly label: string;
  readonly probability: number;
}

/** What one head says: its best guess, and the best few. */
export interface HeadAnswer extends Guess {
  readonly top: readonly Guess[];
}

/** What both heads say of one image. */
export interface Prediction {
  readonly domain: HeadAnswer;
  readonly item: HeadAnswer;
}

/** Names of the classes, in the order of the logits. */
export interface Labels {
  readonly domains: readonly string[];
  readonly items: readonly string[];
}

/** Which model spoke. */
export interface ModelIdentity {
  readonly version: number;
  readonly step: number;
  /** A strong entity tag: the version's hash. */
  readonly etag: string;
}

/** The probabilities of one image by their labels, likeliest first. */
export function predictionOf(
  { domain, item }: Probabilities,
  { domains, items }: Labels,
  topK: number,
): Prediction {
  return {
    domain: headAnswer(domain, domains, topK),
    item: headAnswer(item, items, topK),
  };
}

/** A version as predictions name it. */
export function identityOf({ version, step, sha256 }: Manifest): ModelIdentity {
  return { version, step, etag: entityTag(sha256) };
}

/** The strong entity tag of a version's hash. */
export function entityTag(sha256: string): string {
  return `"sha256-${sha256}"`;
}

function headAnswer(
  probabilities: Float32Array,
  labels: readonly string[],
  topK: number,
): HeadAnswer {
  const order = labels.map((_, index) => index)
    .sort((a, b) => probabilities[b]! - probabilities[a]! || a - b);
  const top = order.slice(0, topK).map((index) => ({
    label: labels[index]!,
    // Seven digits say all that a 32-bit number knows.
    probability: Number(probabilities[index]!.toPrecision(7)),
  }));
  return { ...top[0]!, top };
}
