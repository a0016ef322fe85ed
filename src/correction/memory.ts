/**
 * The accepted corrections that a model remembers: the last of them as features,
 * with their labels, so that later ones do not undo them.
 *
 * They lie in blocks of a few rows that are never written again once they are full.
 * Appending an example rewrites the last block; forgetting one marks its row. Blocks
 * are rows of `stride` features and one label for each head, NaN where an example has
 * none, as a store can keep them.
 *
 * @module
 */

import { isKnown } from "../heads/head.ts";
import { kindOf } from "../heads/kinds.ts";
import { type Examples, featuresAt, type Head } from "./heads.ts";

/** The most examples that are remembered. */
export const MEMORY_CAPACITY = 256;
/** Rows of a full block: 16 KB of 512 features. */
export const BLOCK_ROWS = 8;
/** The most rows that blocks hold, the forgotten ones among them. */
const MOST_ROWS = MEMORY_CAPACITY + 64;

/** A memory, as plain arrays. It is immutable: appending makes a new one. */
export interface Memory {
  /** [rows, stride + heads] each, rows at most 8. */
  readonly blocks: readonly Float32Array[];
  /** For each row of the blocks, in their order, when it was appended; −1 if it is forgotten. */
  readonly order: Int32Array;
}

/** The memory of a model that has not been corrected. */
export const EMPTY_MEMORY: Memory = { blocks: [], order: new Int32Array(0) };

/** The remembered examples, oldest first. */
export function recall(
  memory: Memory,
  heads: readonly Head[],
  stride: number,
): Examples {
  const width = stride + heads.length;
  const all = memory.blocks.flatMap((block) => rowsOfBlock(block, width));
  const rows = rememberedRows(memory).map((row) => all[row]!);
  const features = new Float32Array(rows.length * stride);
  rows.forEach((row, i) => features.set(row.subarray(0, stride), i * stride));
  const labels = heads.map((_, h) =>
    Float32Array.from(rows, (row) => row[stride + h]!)
  );
  return { count: rows.length, features, labels };
}

/**
 * The memory with further examples. An image that is remembered already is
 * remembered once: by its new labels where it has any, by its old ones elsewhere.
 * If there are too many, the oldest example of the most frequent labels is forgotten.
 */
export function remember(
  memory: Memory,
  heads: readonly Head[],
  examples: Examples,
): Memory {
  const draft = new Draft(memory, heads, examples);
  for (let i = 0; i < examples.count; i++) draft.append(i);
  return draft.finish();
}

/** The places of the rows that are remembered, oldest first. */
function rememberedRows({ order }: Memory): number[] {
  return [...order.keys()].filter((row) => order[row]! >= 0)
    .sort((a, b) => order[a]! - order[b]!);
}

/** The rows of a block, without copying. */
function rowsOfBlock(block: Float32Array, width: number): Float32Array[] {
  return Array.from(
    { length: block.length / width },
    (_, i) => block.subarray(i * width, (i + 1) * width),
  );
}

/** A row of a block, and its place in the order in which rows were appended; −1 if it is forgotten. */
interface Row {
  readonly values: Float32Array;
  order: number;
}

/** A memory that is being appended to. Rows of full blocks stay where they are. */
class Draft {
  readonly #heads: readonly Head[];
  readonly #examples: Examples;
  readonly #stride: number;
  /** The heads whose labels divide rows into groups. */
  readonly #dividing: readonly number[];
  /** Full blocks, which no longer change. */
  readonly #sealed: { readonly block: Float32Array; readonly rows: Row[] }[] =
    [];
  #tail: Row[] = [];
  #next: number;

  constructor(memory: Memory, heads: readonly Head[], examples: Examples) {
    this.#heads = heads;
    this.#examples = examples;
    this.#stride = examples.features.length / (examples.count || 1);
    this.#dividing = [...heads.keys()].filter((h) => {
      const { spec } = heads[h]!;
      return kindOf(spec).groups(spec).length > 0;
    });
    this.#next = 1 +
      memory.order.reduce((most, order) => Math.max(most, order), -1);
    const width = this.#stride + heads.length;
    let first = 0;
    for (const block of memory.blocks) {
      const rows = rowsOfBlock(block, width).map((values, i): Row => ({
        values,
        order: memory.order[first + i]!,
      }));
      first += rows.length;
      if (rows.length === BLOCK_ROWS) this.#sealed.push({ block, rows });
      else this.#tail = rows;
    }
  }

  /** Appends example `index`. */
  append(index: number): void {
    const values = this.#valuesOf(index);
    const alive = this.#alive();
    const known = alive.find(({ values: other }) =>
      sameFeatures(values, other, this.#stride)
    );
    if (known !== undefined) {
      for (let at = this.#stride; at < values.length; at++) {
        if (!isKnown(values[at]!)) values[at] = known.values[at]!;
      }
      known.order = -1;
    } else if (alive.length >= MEMORY_CAPACITY) {
      this.#mostCrowded(alive).order = -1;
    }
    this.#push({ values, order: this.#next++ });
    this.#compact();
  }

  /** The memory as it is now. */
  finish(): Memory {
    const kept = this.#sealed.filter(({ rows }) =>
      rows.some(({ order }) => order >= 0)
    );
    const rows = [...kept.flatMap(({ rows }) => rows), ...this.#tail];
    const blocks = kept.map(({ block }) => block);
    if (this.#tail.length > 0) blocks.push(joined(this.#tail));
    return { blocks, order: Int32Array.from(rows, ({ order }) => order) };
  }

  #valuesOf(index: number): Float32Array {
    const values = new Float32Array(this.#stride + this.#heads.length);
    values.set(featuresAt(this.#examples, index));
    this.#examples.labels.forEach((labels, h) =>
      values[this.#stride + h] = labels[index]!
    );
    return values;
  }

  #alive(): Row[] {
    return [...this.#sealed.flatMap(({ rows }) => rows), ...this.#tail]
      .filter(({ order }) => order >= 0);
  }

  /** The oldest row of the most frequent labels; among equally frequent ones, the oldest. */
  #mostCrowded(alive: readonly Row[]): Row {
    const groups = new Map<string, { count: number; oldest: Row }>();
    for (const row of alive) {
      const name = this.#groupOf(row.values);
      const group = groups.get(name);
      if (group === undefined) groups.set(name, { count: 1, oldest: row });
      else {
        group.count++;
        if (row.order < group.oldest.order) group.oldest = row;
      }
    }
    return [...groups.values()].reduce((most, each) =>
      each.count > most.count ||
        (each.count === most.count && each.oldest.order < most.oldest.order)
        ? each
        : most
    ).oldest;
  }

  /** A name for the labels of a row; those of quantities make no groups. */
  #groupOf(values: Float32Array): string {
    let name = "";
    for (const h of this.#dividing) name += `${values[this.#stride + h]} `;
    return name;
  }

  #push(row: Row): void {
    this.#tail.push(row);
    if (this.#tail.length < BLOCK_ROWS) return;
    this.#sealed.push({ block: joined(this.#tail), rows: this.#tail });
    this.#tail = [];
  }

  /** If forgotten rows take too much room, moves the remaining rows of a block behind the others. */
  #compact(): void {
    if (BLOCK_ROWS * this.#sealed.length + this.#tail.length <= MOST_ROWS) {
      return;
    }
    const alive = ({ rows }: { rows: Row[] }) =>
      rows.filter(({ order }) => order >= 0);
    const emptiest = this.#sealed.reduce((least, each) =>
      alive(each).length < alive(least).length ? each : least
    );
    this.#sealed.splice(this.#sealed.indexOf(emptiest), 1);
    for (const row of alive(emptiest)) this.#push(row);
  }
}

function sameFeatures(
  a: Float32Array,
  b: Float32Array,
  stride: number,
): boolean {
  for (let i = 0; i < stride; i++) if (a[i] !== b[i]) return false;
  return true;
}

function joined(rows: readonly Row[]): Float32Array {
  const width = rows[0]!.values.length;
  const block = new Float32Array(rows.length * width);
  rows.forEach(({ values }, i) => block.set(values, i * width));
  return block;
}
