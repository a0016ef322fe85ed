/**
 * Labelled descriptors that stay on disk: a row costs a few numbers in memory,
 * its descriptors are read when a batch wants them.
 *
 * @module
 */

import {
  descriptorCells,
  descriptorParts,
  type Preprocessing,
} from "../image/descriptor.ts";
import { mirrorOrder } from "../image/mirror.ts";
import type { DescriptorCache } from "./cache.ts";

/** One described picture. */
export interface DatasetRow {
  /** Its name in the source. */
  id: string;
  /** Sha-256 of its content, in hexadecimal digits. */
  contentHash: string;
  /** Index into {@linkcode Dataset.domains}. */
  domain: number;
  /** Index into {@linkcode Dataset.items}. */
  item: number;
  /** Where its descriptors are in the cache. */
  slot: number;
}

/** What a dataset is made of, besides the cache. */
export type DatasetParts =
  & Pick<
    Dataset,
    | "domains"
    | "items"
    | "preprocessing"
    | "inputs"
    | "views"
    | "hash"
    | "warnings"
    | "skipped"
  >
  & { readonly rows: readonly DatasetRow[] };

/** Described pictures and their labels. Close it, or declare it with `using`. */
export class Dataset implements Disposable {
  /** Names of the domains that occur, sorted. */
  readonly domains: readonly string[];
  /** Names of the items that occur, sorted. */
  readonly items: readonly string[];
  /** How the pictures were described. */
  readonly preprocessing: Preprocessing;
  /** Numbers in a descriptor. */
  readonly inputs: number;
  /** Views of each picture; view 0 is the picture as it is. */
  readonly views: number;
  /** Where each value of a mirrored picture's descriptor stands in that of the picture, if a network is to see both. */
  readonly mirror: Uint32Array | undefined;
  /** Sha-256 over the contents and labels of all pictures, whatever their order. */
  readonly hash: string;
  /** What a person should know before training on this; one sentence each. */
  readonly warnings: readonly string[];
  /** Pictures that could not be used, and why. */
  readonly skipped: readonly { id: string; reason: string }[];
  readonly #rows: readonly DatasetRow[];
  readonly #cache: DescriptorCache;

  /** The dataset closes the cache when it is closed itself. */
  constructor(parts: DatasetParts, cache: DescriptorCache) {
    this.domains = parts.domains;
    this.items = parts.items;
    this.preprocessing = parts.preprocessing;
    this.inputs = parts.inputs;
    this.views = parts.views;
    this.mirror = parts.preprocessing.mirrored
      ? mirrorOrder(parts.preprocessing)
      : undefined;
    this.hash = parts.hash;
    this.warnings = parts.warnings;
    this.skipped = parts.skipped;
    this.#rows = parts.rows;
    this.#cache = cache;
  }

  /** Number of pictures. */
  get length(): number {
    return this.#rows.length;
  }

  /** Lengths of the parts of a descriptor that are in one unit each. */
  get parts(): readonly number[] {
    return descriptorParts(this.preprocessing);
  }

  /** Lengths of the stretches that tell of one place each. */
  get cells(): readonly number[] {
    return descriptorCells(this.preprocessing);
  }

  /** Index of a picture's domain. */
  domainOf(row: number): number {
    return this.#row(row).domain;
  }

  /** Index of a picture's item. */
  itemOf(row: number): number {
    return this.#row(row).item;
  }

  /** Name of a picture in its source. */
  idOf(row: number): string {
    return this.#row(row).id;
  }

  /**
   * Copies the descriptor of a view of a picture into `out` [I].
   *
   * @throws {RangeError} If there is no such row or view, or `out` has another length.
   */
  read(row: number, view: number, out: Uint8Array): void {
    const { slot } = this.#row(row);
    if (!(view >= 0 && view < this.views) || out.length !== this.inputs) {
      throw new RangeError(
        `Cannot read a descriptor: expected a view below ${this.views} and ${this.inputs} bytes ` +
          `to fill, got view ${view} and ${out.length} bytes`,
      );
    }
    this.#cache.read(slot, view * this.inputs, out);
  }

  /** Closes the file behind the dataset. */
  [Symbol.dispose](): void {
    this.#cache[Symbol.dispose]();
  }

  #row(row: number): DatasetRow {
    const found = this.#rows[row];
    if (found === undefined) {
      throw new RangeError(
        `Cannot find row ${row}: expected a whole number below ${this.length}`,
      );
    }
    return found;
  }
}
