/** Training steps on a draft of the heads, and the guard that decides whether it may be published. @module */

import type { GuardSet, Verdict } from "../correction/guard.ts";
import {
  examplesFrom,
  type Head,
  headsFrom,
  rowsOf,
} from "../correction/heads.ts";
import { Judge } from "../correction/judge.ts";
import { Scorer } from "../correction/scorer.ts";
import { featureCount } from "../model/sizes.ts";
import { Random } from "../nn/prng.ts";
import type { BeforeAfter, HeadsRecord } from "../store/manifest.ts";
import { fittingMoments } from "./heads.ts";
import type { Parameters, ServingNetwork } from "./network.ts";
import { type Note, timed } from "./phases.ts";
import type { FeaturePool, FeatureRows, Kept, Trunk } from "./pool.ts";
import { turn } from "../waiting.ts";
import { updateRatio } from "./standings.ts";
import { type Heads, Tuner } from "./tuner.ts";

/** The most examples of one request. */
export const MAX_EXAMPLES = 64;
/** Examples from the replay memory in every step. */
const REPLAY = 32;
/** A smaller request is repeated up to this many rows, so that replay does not outweigh it. */
const LEAST_ROWS = 8;

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
  /** The guard's verdict; null where it has no images, or the numbers are not finite. */
  readonly verdict: Verdict | null;
  readonly gradientNorm: number;
  /** Largest change of a parameter ÷ (steps · learning rate). */
  readonly updateRatio: number;
}

/** Takes the steps of fine-tunes on one trunk with its labels, one at a time. */
export class Learner {
  #judge: Judge | undefined;

  private constructor(
    private readonly network: ServingNetwork,
    private readonly record: HeadsRecord,
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
    network: ServingNetwork,
    { moments, replay, guard }: Kept,
    record: HeadsRecord,
    introduced: Parameters = new Map(),
  ): Promise<Learner> {
    const { model } = network;
    const sizes = { ...model.sizes, heads: record.heads };
    const parameters = new Map([...model.parameters, ...introduced]);
    const lengthOf = (name: string) => parameters.get(name)?.length;
    return new Learner(
      network,
      record,
      await Tuner.create({ ...model, sizes }, MAX_EXAMPLES + REPLAY),
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
    const judge = await this.#judgeOn(start.trunk);
    tuner.load(start.heads);
    const before = tuner.loss(examples);
    const gradientNorm = await this.#take(start, asked);
    const after = tuner.loss(examples);
    const heads = tuner.save();
    const isFinite = tuner.isFinite && Number.isFinite(gradientNorm + after);
    const verdict = isFinite && judge !== undefined
      ? timed(
        note,
        "guard",
        () => judge.judge(this.#headsOf(start.heads), this.#headsOf(heads)),
      )
      : null;
    return {
      reason: isFinite
        ? verdict?.reason ?? null
        : "The steps led to numbers that are not finite.",
      heads,
      loss: { before, after },
      verdict,
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

  #headsOf({ parameters }: Heads): Head[] {
    return headsFrom(this.record, parameters);
  }

  /** The guard: images that no head was trained on, however few; undefined if there are none. */
  async #judgeOn(trunk: Trunk): Promise<Judge | undefined> {
    const { guard } = this;
    if (guard === undefined || guard.length === 0) return undefined;
    this.#judge ??= await this.#judgeOf(await guard.all(trunk));
    return this.#judge;
  }

  async #judgeOf(rows: FeatureRows): Promise<Judge> {
    const base = this.#headsOf(this.base);
    const scorer = await Scorer.create(
      featureCount(this.network.model.sizes),
      Math.max(...base.map(rowsOf)),
    );
    const examples = examplesFrom(this.record.heads, rows);
    const sets = examples.labels.map((labels): GuardSet => ({
      basis: "guard",
      examples,
      labels,
      handicap: 0,
    }));
    return new Judge(scorer, base, sets);
  }
}

function repeated(examples: FeatureRows): FeatureRows[] {
  const times = Math.max(1, Math.floor(LEAST_ROWS / examples.length));
  return Array.from({ length: times }, () => examples);
}
