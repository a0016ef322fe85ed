/**
 * Where examples come from. A folder of photographs and the built-in sketch set
 * are the same thing to everything that comes after: a list of labelled entries.
 *
 * @module
 */

/**
 * What it takes to get one picture. Plain data, so that it can be posted to a
 * worker and the picture is only ever in the worker's memory.
 */
export type Origin =
  | { kind: "file"; path: string }
  | { kind: "sketch"; look: string; item: string; variant: number };

/** One labelled picture. */
export interface SourceEntry {
  /** A name for messages: the path inside the folder, with slashes. */
  id: string;
  /** Index into {@linkcode Source.domains}. */
  domain: number;
  /** Index into {@linkcode Source.items}. */
  item: number;
  origin: Origin;
}

/** Labelled pictures in an order that does not depend on the machine. */
export interface Source {
  /** Capture domains, sorted by code unit. */
  domains: string[];
  /** Items, sorted by code unit. */
  items: string[];
  /** Sorted by domain, item and name, all by code unit. */
  entries: SourceEntry[];
  /** What a person should know before training on this; one sentence each. */
  warnings: string[];
}
