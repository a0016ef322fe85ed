/** Divides a kernel's call into parts: by the panels of its outputs, by rows, or by values. @module */

import { PANEL, weightGradientScratch } from "./panels.ts";
import type { Arguments, NamedCalls, NamedKernel } from "./signatures.ts";

const FLOAT = 4;

/** Says how a kernel's work is shared out. */
interface Division<K extends NamedKernel> {
  /** The argument that counts what is shared out. */
  readonly count: keyof Arguments<K>;
  /** The cost of the call, in multiply-adds. */
  readonly work: (args: Arguments<K>) => number;
  /** A part is a multiple of so many, but for the last; 1 where it is not said. */
  readonly unit?: number;
  /** By how much arguments grow from one of those to the next; pointers are in bytes. */
  readonly advance: (
    args: Arguments<K>,
  ) => Partial<Record<keyof Arguments<K>, number>>;
  /** By how much arguments grow from one thread to the next. */
  readonly advanceThread?: Division<K>["advance"];
}

/** Work that one thread has done before others have begun. */
const LITTLE = 5e5;

/** The share of a call that is handed out in one large part to each thread, before the small ones. */
const LARGE_SHARE = 0.75;

/** A part of a call, and who does it. */
export interface Share {
  /** From 0; the first `threads` are large, the rest small. */
  readonly part: number;
  readonly thread: number;
  readonly threads: number;
}

/** Parts of a call that `threads` threads share. */
export const partsFor = (threads: number): number => 2 * threads;

/** The beginning of a part in the whole, from 0 to 1. */
function startOf(part: number, threads: number): number {
  const large = Math.min(part, threads) / threads;
  const small = Math.max(part - threads, 0) / threads;
  return LARGE_SHARE * large + (1 - LARGE_SHARE) * small;
}

const product = (
  { batch, inputs, panels }: Readonly<
    Record<"batch" | "inputs" | "panels", number>
  >,
) => batch * inputs * panels * PANEL;

const scratchOfThread = ({ batch }: { readonly batch: number }) => ({
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
    advanceThread: scratchOfThread,
  },
  linearWeightGradientAdam: {
    count: "panels",
    work: product,
    advance: ({ inputs }) => {
      const panel = FLOAT * PANEL * inputs;
      return { g: FLOAT * PANEL, w: panel, m: panel, v: panel };
    },
    advanceThread: scratchOfThread,
  },
  dropUniform: {
    count: "n",
    work: ({ n }) => 8 * n,
    unit: 4,
    advance: () => ({ x: FLOAT, first: 1 }),
  },
};

/** Whether a call is worth dividing. */
export function isLarge<K extends NamedKernel>(
  kernel: K,
  args: Arguments<K>,
): boolean {
  const division: Division<K> = DIVISIONS[kernel];
  return division.work(args) >= LITTLE;
}

/** Does a part of a call: nothing where there is less to share than parts. */
export function callPart<K extends NamedKernel>(
  kernels: NamedCalls,
  kernel: K,
  args: Arguments<K>,
  { part, thread, threads }: Share,
): void {
  const { count, unit = 1, advance, advanceThread }: Division<K> =
    DIVISIONS[kernel];
  const all = args[count];
  const start = (part: number) =>
    part === partsFor(threads)
      ? all
      : Math.floor(all / unit * startOf(part, threads)) * unit;
  const first = start(part);
  const own = start(part + 1) - first;
  if (own === 0) return;
  kernels[kernel]({
    ...args,
    ...moved(args, advance(args), first),
    ...moved(args, advanceThread?.(args) ?? {}, thread),
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
