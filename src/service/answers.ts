/** The service's answers about images and versions. @module */

import type { HeadAnswer } from "../heads/kinds.ts";
import type { Manifest } from "../store/manifest.ts";

/** The most classes that a head lists, unless a request asks for more or fewer. */
export const DEFAULT_TOP_K = 5;

/** The prediction for one image. */
export interface Prediction {
  /**
   * How familiar the image looks to the head with the most classes: the share of held-out
   * images that look less familiar; null if the model has none.
   */
  readonly known: number | null;
  /** The answer of every head, by its name. */
  readonly answers: Readonly<Record<string, HeadAnswer>>;
}

/** The version of the model that answered. */
export interface ModelIdentity {
  readonly version: number;
  readonly step: number;
  /** A strong entity tag: the version's hash. */
  readonly etag: string;
}

/** A version as predictions name it. */
export function identityOf({ version, step, sha256 }: Manifest): ModelIdentity {
  return { version, step, etag: entityTag(sha256) };
}

/** The strong entity tag of a version's hash. */
export function entityTag(sha256: string): string {
  return `"sha256-${sha256}"`;
}
