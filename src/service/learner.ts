/** Training steps on a draft of the heads, and the guard that decides whether it may be published. @module */

import { type HeadSpec, kindOf } from "../heads/kinds.ts";
import { Random } from "../nn/prng.ts";
import type {
  BeforeAfter,
  GuardRecord,
  HeadsRecord,
} from "../store/manifest.ts";
import { fittingMoments } from "./heads.ts";
import type { Parameters, ServingNetwork } from "./network.ts";
import { type Note, timed } from "./phases.ts";
import {
  BASE_TRUNK,
  type FeaturePool,
  type FeatureRows,
  type Kept,
  type Trunk,
} from "./pool.ts";
import { turn } from "../waiting.ts";
import { updateRatio } from "./standings.ts";
import { type Heads, Tuner } from "./tuner.ts";

/** The most examples of one request. */
export const MAX_EXAMPLES = 64;
/** Examples from the replay memory in every step. */
const REPLAY = 32;
/** A smaller request is repeated up to this many rows, so that replay does not outweigh it. */
const LEAST_ROWS = 8;
/** The most that a head's score on the guard set may fall below the base model's. */
const GUARD_MARGIN = 0.02;

/** The start of a draft. */
export interface Start {
  readonly trunk: Trunk;
  readonly heads: Heads;
  /** Seed of the draws: the number of the version to be made. */
  readonly seed: number;
}

/** Training steps to take, and the examples to take them on. */
export interface TrainingSteps {
  readonly examples: FeatureRows;
  readonly steps: number;
  readonly learningRate: number;
  /** Called after each `step` and after the `guard`. */
  readonly note?: Note | undefined;
}

/** The outcome of a draft. */
export interface Outcome {
  /** Why it must not be published; null if it may be. */
  readonly reason: string | null;
  readonly heads: Heads;
  readonly loss: BeforeAfter;
  readonly guard: GuardRecord | null;
  readonly gradientNorm: number;
  /** Largest change of a parameter ÷ (steps · learning rate). */
  readonly updateRatio: number;
}

/** Takes the steps of one fine-tune at a time. */
export class Learner {
  #baseGuard: readonly number[] | undefined;

  private constructor(
    private readonly heads: readonly HeadSpec[],
    private readonly tuner: Tuner,
    private readonly base: Heads,
    private readonly replay: FeaturePool | undefined,
    private readonly guard: FeaturePool | undefined,
  ) {}

  /**
   * Takes the memory for steps.
   *
   * @param introduced Parameters of heads other than the base model's.
   */
  static async create(
    { model }: ServingNetwork,
    { moments, replay, guard }: Kept,
    { heads, calibration }: HeadsRecord,
    introduced: Parameters = new Map(),
  ): Promise<Learner> {
    const sizes = { ...model.sizes, heads };
    const parameters = new Map([...model.parameters, ...introduced]);
    const lengthOf = (name: string) => parameters.get(name)?.length;
    return new Learner(
      heads,
      await Tuner.create(
        { ...model, sizes, calibration },
        MAX_EXAMPLES + REPLAY,
      ),
      { parameters, moments: fittingMoments(moments, lengthOf) },
      replay,
      guard,
    );
  }

  /** The base model's heads, with the moments they came with. */
  get baseHeads(): Heads {
    return this.base;
  }

  /** Takes steps on a draft; lets other work run between them. */
  async learn(start: Start, asked: TrainingSteps): Promise<Outcome> {
    const { tuner } = this;
    const { examples, note } = asked;
    const baseGuard = await this.#guardOfBase();
    const guard = await this.#guardRows(start.trunk);
    tuner.load(start.heads);
    const before = {
      loss: tuner.loss(examples),
      guard: guard && tuner.scores(guard),
    };
    const gradientNorm = await this.#take(start, asked);
    const after = {
      loss: tuner.loss(examples),
      guard: guard && timed(note, "guard", () => tuner.scores(guard)),
    };
    const heads = tuner.save();
    const finite = tuner.isFinite && Number.isFinite(gradientNorm + after.loss);
    return {
      reason: finite
        ? this.#objection(after.guard, baseGuard)
        : "The steps led to numbers that are not finite.",
      heads,
      loss: { before: before.loss, after: after.loss },
      guard: guard === undefined
        ? null
        : this.#guardRecord(guard.length, before.guard!, after.guard!),
      gradientNorm,
      updateRatio: updateRatio(
        start.heads.parameters,
        heads.parameters,
        asked.steps,
        asked.learningRate,
      ),
    };
  }

  /**
   * Takes the steps, on the heads that the tuner holds, unless one leads to numbers that
   * are not finite.
   *
   * @returns The norm of the last one's gradient.
   */
  async #take(
    start: Start,
    { examples, steps, learningRate, note }: TrainingSteps,
  ): Promise<number> {
    const random = Random.fromSeed(start.seed, "replay");
    const batch = repeated(examples);
    let gradientNorm = 0;
    for (let step = 0; step < steps; step++) {
      await turn();
      gradientNorm = timed(note, "step", () => {
        const replay = this.#drawReplay(start.trunk, random);
        return this.tuner.step([...batch, ...replay], learningRate);
      });
      if (!Number.isFinite(gradientNorm)) break;
    }
    return gradientNorm;
  }

  #drawReplay(trunk: Trunk, random: Random): FeatureRows[] {
    const { replay } = this;
    if (replay === undefined || replay.length === 0) return [];
    return [replay.rows(trunk, replay.draw(REPLAY, random))];
  }

  async #guardRows(trunk: Trunk): Promise<FeatureRows | undefined> {
    const { guard } = this;
    if (guard === undefined || guard.length === 0) return undefined;
    return await guard.all(trunk);
  }

  #guardRecord(
    size: number,
    before: readonly number[],
    after: readonly number[],
  ): GuardRecord {
    const heads = this.heads.map(({ name }, h) => [
      name,
      { before: before[h]!, after: after[h]!, basis: "guard" as const },
    ]);
    return { size, ...Object.fromEntries(heads) };
  }

  /** Why the guard refuses a draft with these scores; null if it does not. */
  #objection(
    scores: readonly number[] | undefined,
    base: readonly number[] | undefined,
  ): string | null {
    if (scores === undefined || base === undefined) return null;
    const worse = scores.findIndex((score, h) =>
      score < base[h]! - GUARD_MARGIN
    );
    if (worse < 0) return null;
    const head = this.heads[worse]!;
    const [score, margin, expected] = [
      scores[worse]!,
      GUARD_MARGIN,
      base[worse]!,
    ].map((score) => scoreInWords(head, score));
    return `On the guard set, the draft's ${head.name} head scores ${score}, ` +
      `more than ${margin} less than the base model's ${expected}.`;
  }

  /** Scores of the base model on the guard set. */
  async #guardOfBase(): Promise<readonly number[] | undefined> {
    if (this.#baseGuard === undefined) {
      const guard = await this.#guardRows(BASE_TRUNK);
      if (guard === undefined) return undefined;
      this.tuner.load(this.base);
      this.#baseGuard = this.tuner.scores(guard);
    }
    return this.#baseGuard;
  }
}

function scoreInWords(head: HeadSpec, score: number): string {
  return kindOf(head).metrics[0]!.style === "percent"
    ? `${(100 * score).toFixed(1)} %`
    : score.toFixed(2);
}

function repeated(examples: FeatureRows): FeatureRows[] {
  const times = Math.max(1, Math.floor(LEAST_ROWS / examples.length));
  return Array.from({ length: times }, () => examples);
}
