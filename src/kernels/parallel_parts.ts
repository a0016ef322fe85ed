/** Divides a kernel's call into parts: by the panels of its outputs, or by rows. @module */

import type { Kernels } from "./mod.ts";
import { PANEL, weightGradientScratch } from "./panels.ts";

/** Kernels whose work can be shared out. */
export const DIVISIBLE = [
  "linearForward",
  "linearInputGradient",
  "linearWeightGradient",
  "linearWeightGradientAdam",
] as const;

/** The name of one of them. */
export type DivisibleKernel = typeof DIVISIBLE[number];

const FLOAT = 4;

/** The arguments of a kernel of which every part has its own. */
interface Division {
  /** The argument that counts what is shared out. */
  readonly count: number;
  /** Pointers by their place, with the floats that one of those takes there. */
  readonly moved: (args: readonly number[]) => Readonly<Record<number, number>>;
  /** The argument that points at scratch for a batch, of which every part has its own. */
  readonly scratch?: { readonly pointer: number; readonly batch: number };
}

const DIVISIONS: Record<DivisibleKernel, Division> = {
  // x, xStride, w, b, y, yStride, batch, inputs, panels
  linearForward: {
    count: 8,
    moved: (args) => ({ 2: args[7]! * PANEL, 3: PANEL, 4: PANEL }),
  },
  // g, gStride, w, dx, dxStride, batch, inputs, panels, accumulate
  linearInputGradient: {
    count: 5,
    moved: (args) => ({ 0: args[1]!, 3: args[4]! }),
  },
  // x, xStride, g, gStride, dw, db, batch, inputs, panels, scratch
  linearWeightGradient: {
    count: 8,
    moved: (args) => ({ 2: PANEL, 4: args[7]! * PANEL, 5: PANEL }),
    scratch: { pointer: 9, batch: 6 },
  },
  // x, xStride, g, gStride, w, m, v, batch, inputs, panels, scratch, …
  linearWeightGradientAdam: {
    count: 9,
    moved: (args) => {
      const panel = args[8]! * PANEL;
      return { 2: PANEL, 4: panel, 5: panel, 6: panel };
    },
    scratch: { pointer: 10, batch: 7 },
  },
};

/** Does part `part` of `parts` of a call: nothing where there is less to share than parts. */
export function callPart(
  kernels: Kernels,
  name: DivisibleKernel,
  args: readonly number[],
  part: number,
  parts: number,
): void {
  const { count, moved, scratch } = DIVISIONS[name];
  const all = args[count]!;
  const first = Math.floor(all * part / parts);
  const end = Math.floor(all * (part + 1) / parts);
  if (first === end) return;
  const own = [...args];
  own[count] = end - first;
  for (const [index, floats] of Object.entries(moved(args))) {
    own[Number(index)]! += first * floats * FLOAT;
  }
  if (scratch !== undefined) {
    own[scratch.pointer]! += part * FLOAT *
      weightGradientScratch(args[scratch.batch]!);
  }
  (kernels[name] as (...args: number[]) => void)(...own);
}
