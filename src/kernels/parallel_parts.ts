/** How a kernel's call divides into parts: by the panels of its outputs. @module */

import type { Kernels } from "./mod.ts";
import { PANEL, weightGradientScratch } from "./panels.ts";

/** Kernels whose panels can be shared out. */
export const DIVISIBLE = [
  "linearForward",
  "linearWeightGradient",
  "linearWeightGradientAdam",
] as const;

/** The name of one of them. */
export type DivisibleKernel = typeof DIVISIBLE[number];

const FLOAT = 4;

/** Where in a kernel's arguments the sizes are, and which pointers move with the panels. */
interface Division {
  readonly batch: number;
  readonly inputs: number;
  readonly panels: number;
  /** Arguments that point at packed weights [panels][inputs][8]. */
  readonly weights: readonly number[];
  /** Arguments that point at rows of panels, or at a bias: 8 floats a panel. */
  readonly columns: readonly number[];
  /** The argument that points at scratch, of which every part has its own. */
  readonly scratch?: number;
}

const DIVISIONS: Record<DivisibleKernel, Division> = {
  // x, xStride, w, b, y, yStride, batch, inputs, panels
  linearForward: {
    weights: [2],
    columns: [3, 4],
    batch: 6,
    inputs: 7,
    panels: 8,
  },
  // x, xStride, g, gStride, dw, db, batch, inputs, panels, scratch
  linearWeightGradient: {
    weights: [4],
    columns: [2, 5],
    batch: 6,
    inputs: 7,
    panels: 8,
    scratch: 9,
  },
  // x, xStride, g, gStride, w, m, v, batch, inputs, panels, scratch, …
  linearWeightGradientAdam: {
    weights: [4, 5, 6],
    columns: [2],
    batch: 7,
    inputs: 8,
    panels: 9,
    scratch: 10,
  },
};

/** Does part `part` of `parts` of a call: nothing where there are fewer panels than parts. */
export function callPart(
  kernels: Kernels,
  name: DivisibleKernel,
  args: readonly number[],
  part: number,
  parts: number,
): void {
  const { batch, inputs, panels, weights, columns, scratch } = DIVISIONS[name];
  const all = args[panels]!;
  const first = Math.floor(all * part / parts);
  const end = Math.floor(all * (part + 1) / parts);
  if (first === end) return;
  const own = [...args];
  own[panels] = end - first;
  for (const index of weights) {
    own[index]! += first * args[inputs]! * PANEL * FLOAT;
  }
  for (const index of columns) own[index]! += first * PANEL * FLOAT;
  if (scratch !== undefined) {
    own[scratch]! += part * FLOAT *
      weightGradientScratch(args[batch]!);
  }
  (kernels[name] as (...args: number[]) => void)(...own);
}
