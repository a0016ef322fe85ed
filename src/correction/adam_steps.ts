/**
 * Steps of Adam on whitened features, before the finish of a correction.
 *
 *   x̃ = L⁻¹(x − μ),  w̃ = Lᵀw,  b̃ = b + w·μ   (M = L·Lᵀ)
 *
 * write the same heads in coordinates in which a plain gradient step is one in the
 * {@linkcode Metric}. The first moment starts from zero with every request, so that it
 * does not push towards what earlier requests wanted; the second is kept.
 *
 * Source: Kingma, Ba 2015, Algorithm 1 (arXiv:1412.6980).
 *
 * @module
 */

import { isKnown } from "../heads/head.ts";
import { Random } from "../nn/prng.ts";
import { turn } from "../waiting.ts";
import { copyOf, type Examples, type Head, pick, rowsOf } from "./heads.ts";
import { type Batch, HeadChange, type WhitenedTable } from "./head_change.ts";
import type { Metric } from "./metric.ts";
import { rowAt, type Scorer } from "./scorer.ts";

/** Examples of the replay memory in every step. */
const REPLAY = 32;
/** A smaller request is repeated up to this many rows, so that replay does not outweigh it. */
const LEAST_ROWS = 8;
/** Rows of the replay memory that are whitened in one turn of the event loop. */
const PIECE = 64;
/** The most rows of a request in a step. */
const MOST_ROWS = 64;
/** Batches of the replay memory over which the initial second moment is averaged. */
const FIRST_BATCHES = 50;

/** The steps to take. */
export interface StepPlan {
  readonly steps: number;
  /** η > 0. */
  readonly learningRate: number;
  /** Seed of the draws from the replay memory. */
  readonly seed: number;
}

/** Heads after some steps. */
export interface Stepped {
  readonly heads: readonly Head[];
  readonly secondMoments: readonly WhitenedTable[];
}

/** Steps on heads of given sizes, in an arena of its own. */
export class AdamSteps {
  private constructor(
    private readonly change: HeadChange,
    private readonly metric: Metric,
    private readonly scorer: Scorer,
    private readonly replay: Examples,
    /** The replay memory's features, whitened by the metric. */
    private readonly whitened: Float32Array,
  ) {}

  /**
   * Takes the memory for heads of up to `rows` rows, and whitens the replay memory; lets
   * other work run in between.
   */
  static async create(
    metric: Metric,
    scorer: Scorer,
    replay: Examples,
    rows: number,
  ): Promise<AdamSteps> {
    const capacity = MOST_ROWS + REPLAY;
    const change = await HeadChange.create(metric.stride, rows, capacity);
    const { features } = replay;
    const whitened = new Float32Array(features.length);
    for (let at = 0; at < features.length; at += PIECE * metric.stride) {
      await turn();
      const some = features.subarray(at, at + PIECE * metric.stride);
      whitened.set(metric.whiten(some), at);
    }
    return new AdamSteps(change, metric, scorer, replay, whitened);
  }

  /**
   * The initial second moments: the mean squared gradient over batches of the replay
   * memory. Lets other work run in between, so no steps may be taken meanwhile.
   */
  async firstSecondMoments(
    heads: readonly Head[],
    seed: number,
  ): Promise<WhitenedTable[]> {
    const random = Random.fromSeed(seed, "second moments");
    const batches = Array.from(
      { length: FIRST_BATCHES },
      () => this.#draw(random),
    );
    const moments: WhitenedTable[] = [];
    for (const [h, head] of heads.entries()) {
      const weight = new Float64Array(rowsOf(head) * this.metric.stride);
      const bias = new Float64Array(rowsOf(head));
      for (const rows of batches) {
        await turn();
        this.change.start(head);
        const count = this.change.place(head, this.#replayBatch(head, h, rows));
        const gradient = this.change.gradient(head, count);
        addSquares(weight, gradient.weight);
        addSquares(bias, gradient.bias);
      }
      moments.push({
        weight: Float32Array.from(weight, (sum) => sum / FIRST_BATCHES),
        bias: Float32Array.from(bias, (sum) => sum / FIRST_BATCHES),
      });
    }
    return moments;
  }

  /**
   * Takes steps on a request and, in each, some of the replay memory.
   *
   * @param request Examples with only those labels that are to be learned.
   * @param whitened Their features, whitened by the metric.
   */
  take(
    heads: readonly Head[],
    secondMoments: readonly WhitenedTable[],
    request: Examples,
    { steps, learningRate, seed }: StepPlan,
    whitened = this.metric.whiten(request.features),
  ): Stepped {
    const random = Random.fromSeed(seed, "replay");
    const draws = Array.from({ length: steps }, () => this.#draw(random));
    const rows = Array.from(
      { length: Math.min(request.count, MOST_ROWS) },
      (_, i) => i,
    );
    const stepped = heads.map((head, h) => {
      if (!request.labels[h]!.some(isKnown)) {
        return { head, secondMoment: secondMoments[h]! };
      }
      const own = repeated(this.#batchOf(request, whitened, head, h, rows));
      const replayed = this.#replayBatch(head, h, draws.flat());
      this.change.start(head, secondMoments[h]!);
      draws.forEach((draw, t) => {
        const batch = joined(own, part(replayed, t * draw.length, draw.length));
        this.change.step(
          head,
          this.change.place(head, batch),
          t + 1,
          learningRate,
        );
      });
      return this.#finished(head);
    });
    return {
      heads: stepped.map(({ head }) => head),
      secondMoments: stepped.map(({ secondMoment }) => secondMoment),
    };
  }

  #draw(random: Random): number[] {
    const { count } = this.replay;
    return Array.from(
      { length: Math.min(REPLAY, count) },
      () => random.below(count),
    );
  }

  #replayBatch(head: Head, h: number, rows: readonly number[]): Batch {
    return this.#batchOf(this.replay, this.whitened, head, h, rows);
  }

  #batchOf(
    examples: Examples,
    whitened: Float32Array,
    head: Head,
    h: number,
    rows: readonly number[],
  ): Batch {
    const { stride } = this.metric;
    const logits = this.scorer.logits(head, pick(examples, rows).features);
    return {
      whitened: rows.map((row) =>
        whitened.subarray(row * stride, (row + 1) * stride)
      ),
      logits: rows.map((_, i) => rowAt(logits, i, head)),
      labels: rows.map((row) => examples.labels[h]![row]!),
    };
  }

  /** The head with its change, back in the features' own coordinates, and its second moment. */
  #finished(head: Head): { head: Head; secondMoment: WhitenedTable } {
    const { change, secondMoment } = this.change.result(head);
    const rows = this.metric.unwhiten(change.weight);
    const next = copyOf(head);
    addRows(next, rows, change.bias, this.metric.mean);
    return { head: next, secondMoment };
  }
}

/** w ← w + Δw, b ← b + Δb̃ − Δw·μ, in place; Δw [K, stride]. */
function addRows(
  { weight, bias }: Head,
  change: Float64Array,
  changeOfBias: Float32Array,
  mean: Float64Array,
): void {
  const stride = mean.length;
  const inputs = weight.length / bias.length;
  for (let row = 0; row < bias.length; row++) {
    let shift = changeOfBias[row]!;
    for (let i = 0, to = row * inputs, at = row * stride; i < inputs; i++) {
      const by = change[at++]!;
      weight[to++]! += by;
      shift -= by * mean[i]!;
    }
    bias[row]! += shift;
  }
}

/** A batch again and again, until there are enough rows for a request. */
function repeated(batch: Batch): Batch {
  const times = Math.ceil(LEAST_ROWS / batch.labels.length);
  return Array.from({ length: times - 1 }, () => batch).reduce(joined, batch);
}

function joined(a: Batch, b: Batch): Batch {
  return {
    whitened: [...a.whitened, ...b.whitened],
    logits: [...a.logits, ...b.logits],
    labels: [...a.labels, ...b.labels],
  };
}

function part(
  { whitened, logits, labels }: Batch,
  start: number,
  count: number,
): Batch {
  const of = <T>(rows: readonly T[]) => rows.slice(start, start + count);
  return { whitened: of(whitened), logits: of(logits), labels: of(labels) };
}

function addSquares(sums: Float64Array, values: Float32Array): void {
  values.forEach((value, i) => sums[i]! += value * value);
}
