/** Divides a kernel's call into parts: by the panels of its outputs, by rows, or by values. @module */

import { PANEL, weightGradientScratch } from "./panels.ts";
import type { Arguments, NamedCalls, NamedKernel } from "./signatures.ts";

const FLOAT = 4;

/** Says how a kernel's work is shared out. */
interface Division<K extends NamedKernel> {
  /** The argument that counts what is shared out. */
  readonly count: keyof Arguments<K>;
  /** What the call costs, in multiply-adds. */
  readonly work: (args: Arguments<K>) => number;
  /** A part is a multiple of so many, but for the last; 1 where it is not said. */
  readonly unit?: number;
  /** By how much arguments grow from one of those to the next; pointers are in bytes. */
  readonly advance: (
    args: Arguments<K>,
  ) => Partial<Record<keyof Arguments<K>, number>>;
  /** By how much arguments grow from one part to the next. */
  readonly advancePart?: Division<K>["advance"];
}

/** Work that one thread has done before others have begun. */
const LITTLE = 4e6;

const product = (
  { batch, inputs, panels }: Readonly<
    Record<"batch" | "inputs" | "panels", number>
  >,
) => batch * inputs * panels * PANEL;

const scratchOfPart = ({ batch }: { readonly batch: number }) => ({
  scratch: FLOAT * weightGradientScratch(batch),
});

const DIVISIONS: { readonly [K in NamedKernel]: Division<K> } = {
  linearForward: {
    count: "panels",
    work: product,
    advance: ({ inputs }) => ({
      w: FLOAT * PANEL * inputs,
      b: FLOAT * PANEL,
      y: FLOAT * PANEL,
    }),
  },
  linearInputGradient: {
    count: "batch",
    work: product,
    advance: ({ gStride, dxStride }) => ({
      g: FLOAT * gStride,
      dx: FLOAT * dxStride,
    }),
  },
  linearWeightGradient: {
    count: "panels",
    work: product,
    advance: ({ inputs }) => ({
      g: FLOAT * PANEL,
      dw: FLOAT * PANEL * inputs,
      db: FLOAT * PANEL,
    }),
    advancePart: scratchOfPart,
  },
  linearWeightGradientAdam: {
    count: "panels",
    work: product,
    advance: ({ inputs }) => {
      const panel = FLOAT * PANEL * inputs;
      return { g: FLOAT * PANEL, w: panel, m: panel, v: panel };
    },
    advancePart: scratchOfPart,
  },
  dropUniform: {
    count: "n",
    work: ({ n }) => 8 * n,
    unit: 4,
    advance: () => ({ x: FLOAT, first: 1 }),
  },
};

/** Whether a call is worth sharing out. */
export function isLarge<K extends NamedKernel>(
  kernel: K,
  args: Arguments<K>,
): boolean {
  const division: Division<K> = DIVISIONS[kernel];
  return division.work(args) >= LITTLE;
}

/** Does part `part` of `parts` of a call: nothing where there is less to share than parts. */
export function callPart<K extends NamedKernel>(
  kernels: NamedCalls,
  kernel: K,
  args: Arguments<K>,
  part: number,
  parts: number,
): void {
  const { count, unit = 1, advance, advancePart }: Division<K> =
    DIVISIONS[kernel];
  const all = args[count];
  const start = (part: number) =>
    part === parts ? all : Math.floor(all / unit * part / parts) * unit;
  const first = start(part);
  const own = start(part + 1) - first;
  if (own === 0) return;
  kernels[kernel]({
    ...args,
    ...moved(args, advance(args), first),
    ...moved(args, advancePart?.(args) ?? {}, part),
    [count]: own,
  });
}

/** Arguments after `times` advances. */
function moved<Name extends string>(
  args: Readonly<Record<Name, number>>,
  advance: Partial<Record<Name, number>>,
  times: number,
): Partial<Record<Name, number>> {
  const names = Object.keys(advance) as Name[];
  return Object.fromEntries(
    names.map((name) => [name, args[name] + times * advance[name]!]),
  ) as Partial<Record<Name, number>>;
}
