/**
 * The finish of a correction: the smallest changes of the heads after which every
 * example is right by a margin.
 *
 *   u = M⁻¹(x − μ),  q = 1 + (x − μ)·u
 *   w ← w ± t·u,  b ← b ± t·(1 − μ·u)   for each row to raise (+) or to lower (−)
 *   t = need / (rows moved · q)
 *
 * x is the example's features, M the {@linkcode Metric}. Raising one logit by t·q, and
 * lowering another by as much, gives exactly what was missing.
 *
 * Source: Crammer, Dekel, Keshet, Shalev-Shwartz, Singer 2006, "Online
 * passive-aggressive algorithms" (JMLR 7, pages 551–585); in the metric of Nguyen, Chang,
 * Hui 2011, "Distribution-aware online classifiers" (IJCAI).
 *
 * @module
 */

import { isKnown, type Logits, type Shortfall } from "../heads/head.ts";
import {
  copyOf,
  type Examples,
  featuresAt,
  type Head,
  logitsAt,
  pick,
  rowsOf,
  shortfallOf,
} from "./heads.ts";
import type { Direction, Metric } from "./metric.ts";
import { rowAt, type Scorer } from "./scorer.ts";

const PASSES = 3;
/** The share of the margin below which a remembered example is corrected: its neighbours move it to and fro. */
const SLACK = 0.5;
/** A shortfall below this, in logits, is rounding. */
const NEGLIGIBLE = 1e-3;

/** The tools of the finish. */
export interface FinishTools {
  readonly metric: Metric;
  readonly scorer: Scorer;
}

/** The result of the finish. */
export interface Finished {
  /** A head that was not changed is the one that was passed in. */
  readonly heads: readonly Head[];
  /** Updates made, one for each example and head that was not right. */
  readonly updates: number;
}

/**
 * Makes the request's examples right by the margin, then those of the memory, and
 * again, until nothing changes or three passes are over.
 *
 * @param margin In logits, > 0.
 * @param directions The metric's, of the request's features.
 */
export function finish(
  tools: FinishTools,
  heads: readonly Head[],
  request: Examples,
  memory: Examples,
  margin: number,
  directions = tools.metric.directions(request.features),
): Finished {
  const { metric, scorer } = tools;
  const draft = heads.map(copyOf);
  const all = Array.from({ length: request.count }, (_, i) => i);
  const screen = new Screen(scorer, heads, memory, SLACK * margin);
  const moves: Move[] = [];
  for (let pass = 0; pass < PASSES; pass++) {
    const now = correctAll(draft, request, all, directions, margin);
    screen.follow(now, directions);
    const open = screen.open();
    const others = metric.directions(pick(memory, open).features);
    const again = correctAll(draft, memory, open, others, margin);
    screen.follow(again, others);
    moves.push(...now, ...again);
    if (now.length + again.length === 0) break;
  }
  const moved = new Set(moves.map(({ head }) => head));
  return {
    heads: heads.map((head, h) => moved.has(h) ? draft[h]! : head),
    updates: moves.length,
  };
}

/** One update that was made: of which head, along which direction of a list. */
interface Move {
  readonly head: number;
  readonly direction: number;
  readonly up: number | undefined;
  readonly down: number | undefined;
  readonly t: number;
}

/** Corrects the examples at `indices`, one after the other, each along its direction. */
function correctAll(
  draft: readonly Head[],
  examples: Examples,
  indices: readonly number[],
  directions: readonly Direction[],
  margin: number,
): Move[] {
  const moves: Move[] = [];
  indices.forEach((index, i) =>
    draft.forEach((head, h) => {
      const label = examples.labels[h]![index]!;
      const x = featuresAt(examples, index);
      // Once one class has been overtaken, another may be ahead.
      for (let turn = 0; turn < rowsOf(head); turn++) {
        const missing = exactlyMissing(head, x, label, margin);
        if (missing === undefined) return;
        const { up, down } = missing;
        const t = apply(head, missing, directions[i]!);
        moves.push({ head: h, direction: i, up, down, t });
      }
    })
  );
  return moves;
}

/** The memory's logits, updated with every move of the heads: a move costs one product per example. */
class Screen {
  readonly #logits: readonly Float32Array[];
  /** For each head, the examples that it does not get right; undefined where it has moved since. */
  readonly #open: (ReadonlySet<number> | undefined)[];

  constructor(
    private readonly scorer: Scorer,
    private readonly heads: readonly Head[],
    private readonly memory: Examples,
    private readonly margin: number,
  ) {
    this.#logits = heads.map((head) => scorer.logits(head, memory.features));
    this.#open = heads.map(() => undefined);
  }

  /** Applies moves of the heads to the logits. */
  follow(moves: readonly Move[], directions: readonly Direction[]): void {
    const { count, features } = this.memory;
    if (count === 0 || moves.length === 0) return;
    const gains = this.scorer.products(directions, features);
    for (const { head, direction, up, down, t } of moves) {
      this.#open[head] = undefined;
      const logits = this.#logits[head]!;
      const rows = rowsOf(this.heads[head]!);
      for (let i = 0; i < count; i++) {
        const by = t * gains[i * directions.length + direction]!;
        if (up !== undefined) logits[i * rows + up]! += by;
        if (down !== undefined) logits[i * rows + down]! -= by;
      }
    }
  }

  /** The examples that some head misses by the margin. */
  open(): number[] {
    const sets = this.heads.map((head, h) =>
      this.#open[h] ??= this.#openOf(head, h)
    );
    const indices = Array.from({ length: this.memory.count }, (_, i) => i);
    return indices.filter((i) => sets.some((set) => set.has(i)));
  }

  #openOf(head: Head, h: number): Set<number> {
    const open = new Set<number>();
    this.memory.labels[h]!.forEach((label, i) => {
      const logits = rowAt(this.#logits[h]!, i, head);
      if (missingOf(head, logits, label, this.margin) !== undefined) {
        open.add(i);
      }
    });
    return open;
  }
}

/** The shortfall of an answer; undefined if it is right, all but rounding, or the label is unknown. */
export function missingOf(
  head: Head,
  logits: Logits,
  label: number,
  margin: number,
): Shortfall | undefined {
  const missing = shortfallOf(head, logits, label, margin);
  return missing !== undefined && missing.need > NEGLIGIBLE
    ? missing
    : undefined;
}

/** {@linkcode missingOf} by exact logits. */
function exactlyMissing(
  head: Head,
  x: Float32Array,
  label: number,
  margin: number,
): Shortfall | undefined {
  return isKnown(label)
    ? missingOf(head, logitsAt(head, x), label, margin)
    : undefined;
}

/** Moves one or two rows of a head, in place; returns t. */
function apply(
  head: Head,
  { need, up, down }: Shortfall,
  { weight, bias, gain }: Direction,
): number {
  const moved = (up === undefined ? 0 : 1) + (down === undefined ? 0 : 1);
  const t = need / (moved * gain);
  const inputs = head.weight.length / head.bias.length;
  const move = (row: number | undefined, by: number) => {
    if (row === undefined) return;
    for (let i = 0, at = row * inputs; i < inputs; i++, at++) {
      head.weight[at]! += by * weight[i]!;
    }
    head.bias[row]! += by * bias;
  };
  move(up, t);
  move(down, -t);
  return t;
}
