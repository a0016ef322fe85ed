/** Material for tests of the comparisons. @module */

import type { Material } from "../../../src/experiments/compare/trial.ts";
import type { Examples } from "../../../src/model/examples.ts";
import type { Rows } from "../../../src/train/plan.ts";
import { allRows } from "../../train/examples.ts";

/** Rows of every class in all three parts: examples go round their classes. */
export function rowsOf(length: number): Rows {
  const rows = allRows(length);
  const part = (row: number) => Math.floor(row / 12) % 5;
  return {
    train: rows.filter((row) => part(row) < 3),
    validation: rows.filter((row) => part(row) === 3),
    test: rows.filter((row) => part(row) === 4),
  };
}

/** Examples with their rows. */
export function materialOf(examples: Examples): Material {
  return { examples, rows: rowsOf(examples.length), signal: undefined };
}
