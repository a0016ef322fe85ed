/**
 * Divides the rows of a dataset into training, validation and test rows.
 *
 * @module
 */

import { Random } from "../nn/prng.ts";

/** Shares of the rows, in per cent; they add up to 100. */
export interface SplitShares {
  train: number;
  validation: number;
  test: number;
}

/** Rows of a dataset, ascending; together every row once. */
export interface Split {
  train: Uint32Array;
  validation: Uint32Array;
  test: Uint32Array;
}

/**
 * The way rows are drawn: `blocks` takes neighbours together, `rows` takes each row
 * by itself. Photographs taken in one place follow each other by name and are
 * near-copies: drawn one by one, most test images would have a twin among the
 * training images, and the test would flatter the model.
 */
export type SplitStrategy = "blocks" | "rows";

/**
 * Reads shares like "80/5/15": training, validation and test, in per cent.
 *
 * @throws {SyntaxError} If the text is not three numbers with slashes between.
 * @throws {RangeError} If they do not add up to 100, or leave nothing to train on.
 */
export function parseShares(text: string): SplitShares {
  if (!/^\d+(\.\d+)?(\/\d+(\.\d+)?){2}$/.test(text)) {
    throw new SyntaxError(
      `Cannot read the split: expected three percentages like "80/5/15", got "${text}"`,
    );
  }
  const [train, validation, test] = text.split("/").map(Number) as [
    number,
    number,
    number,
  ];
  if (Math.abs(train + validation + test - 100) > 1e-9) {
    throw new RangeError(
      `Cannot split by "${text}": expected percentages that add up to 100, ` +
        `got a sum of ${train + validation + test}`,
    );
  }
  if (train === 0) {
    throw new RangeError(
      `Cannot split by "${text}": expected a training share above 0, got 0`,
    );
  }
  return { train, validation, test };
}

/**
 * Reads a split as a training plan records it: shares and strategy, such as
 * "80/5/15 blocks".
 *
 * @throws As {@linkcode parseShares} does.
 */
export function parseSplit(
  text: string,
): { shares: SplitShares; strategy: SplitStrategy } {
  const [shares, by] = text.split(" ") as [string, string?];
  const strategy = by === "rows" ? "rows" : "blocks";
  return { shares: parseShares(shares), strategy };
}

/**
 * Splits rows, each group in the given shares as far as whole images allow;
 * what rounding takes from one group the next gives back. Every group keeps at
 * least one training row. `groups` names the group of each row.
 *
 * The rows of a group are expected in the order they were taken, which is the
 * order of their file names. The split of a group depends on the seed and the
 * group's name alone.
 */
export function splitRows(
  groups: readonly string[],
  shares: SplitShares,
  { seed, strategy = "blocks" }: { seed: number; strategy?: SplitStrategy },
): Split {
  const split: Record<keyof Split, number[]> = {
    train: [],
    validation: [],
    test: [],
  };
  const testQuota = createQuota(shares.test);
  const validationQuota = createQuota(shares.validation);
  for (const [name, rows] of rowsByGroup(groups)) {
    const random = Random.fromSeed(seed, `split ${name}`);
    const test = testQuota(rows.length, rows.length - 1);
    const validation = validationQuota(rows.length, rows.length - 1 - test);
    const ordered = strategy === "rows"
      ? shuffled(rows, random)
      : heldOutFirst(rows, test, validation, random);
    split.test.push(...ordered.slice(0, test));
    split.validation.push(...ordered.slice(test, test + validation));
    split.train.push(...ordered.slice(test + validation));
  }
  return {
    train: Uint32Array.from(split.train).sort(),
    validation: Uint32Array.from(split.validation).sort(),
    test: Uint32Array.from(split.test).sort(),
  };
}

/**
 * Divides all rows into `folds` parts of about the same size, for
 * cross-validation. Each group is cut into as many runs of neighbours
 * (or, by `rows`, dealt out row by row), and which fold gets which run is drawn:
 * where runs differ in length, no fold has all the long ones.
 *
 * @throws {RangeError} If there are fewer than two folds.
 */
export function foldRows(
  groups: readonly string[],
  folds: number,
  { seed, strategy = "blocks" }: { seed: number; strategy?: SplitStrategy },
): Uint32Array[] {
  if (!(Number.isSafeInteger(folds) && folds >= 2)) {
    throw new RangeError(
      `Cannot divide rows into folds: expected at least 2, got ${folds}`,
    );
  }
  const parts = Array.from({ length: folds }, (): number[] => []);
  for (const [name, rows] of rowsByGroup(groups)) {
    const random = Random.fromSeed(seed, `folds ${name}`);
    const ordered = strategy === "rows" ? shuffled(rows, random) : rows;
    const turns = shuffled(parts.slice(), random);
    turns.forEach((part, turn) => {
      const start = Math.floor(turn * ordered.length / folds);
      const end = Math.floor((turn + 1) * ordered.length / folds);
      part.push(...ordered.slice(start, end));
    });
  }
  return parts.map((part) => Uint32Array.from(part).sort());
}

function rowsByGroup(groups: readonly string[]): Map<string, number[]> {
  return Map.groupBy(groups.keys(), (row) => groups[row]!);
}

/**
 * Whole numbers of rows for group after group, each its exact share rounded up
 * or down so that the total stays within one of its share too. Without the
 * carry, 5 % of a group of 9 would round to none, group after group.
 */
function createQuota(
  percent: number,
): (rows: number, atMost: number) => number {
  let carry = 0;
  return (rows, atMost) => {
    const share = rows * percent / 100;
    const rounded = Math.floor(share + carry + 0.5);
    const count = Math.min(
      atMost,
      Math.max(Math.floor(share), Math.min(rounded, Math.ceil(share))),
    );
    carry = Math.max(-1, Math.min(1, carry + share - count));
    return count;
  };
}

function shuffled<T>(list: T[], random: Random): T[] {
  random.shuffle(list);
  return list;
}

/**
 * The test rows, the validation rows, then the rest. The two blocks lie side by
 * side at a random place, either one first: only two borders have near-copies
 * on the training side.
 */
function heldOutFirst(
  rows: number[],
  test: number,
  validation: number,
  random: Random,
): number[] {
  const start = random.below(rows.length - test - validation + 1);
  const end = start + test + validation;
  const testFirst = random.below(2) === 0;
  const border = start + (testFirst ? test : validation);
  const first = rows.slice(start, border);
  const second = rows.slice(border, end);
  const heldOut = testFirst ? [...first, ...second] : [...second, ...first];
  return [...heldOut, ...rows.slice(0, start), ...rows.slice(end)];
}
