/** Fine-tuning by request: one at a time, committed to the store, then published. @module */

import { shapesOf } from "../model/state.ts";
import { isKnown } from "../heads/head.ts";
import type { ChangeLog, Manifest } from "../store/manifest.ts";
import {
  fillReceipt,
  findReceipt,
  type Receipt,
  writeReceipt,
} from "../store/receipts.ts";
import type { Draft, Head } from "../store/draft.ts";
import type { ModelStore } from "../store/store.ts";
import type { Editor, Proposed } from "./editor.ts";
import type { Parameters } from "./network.ts";
import {
  changedSteps,
  headTensors,
  readHeads,
  restOf,
  trunkName,
} from "./heads.ts";
import { Learner, type Outcome } from "./learner.ts";
import type { ServingNetwork } from "./network.ts";
import {
  checkSame,
  checkSound,
  type FinetuneRequest,
  type FinetuneResult,
  requestHash,
  resultOf,
} from "./requests.ts";
import type { Heads } from "./tuner.ts";
import type { Versions } from "./versions.ts";
import type { Weights } from "./weights.ts";

/** What was learned on a head. */
interface Learned {
  readonly draft: Draft;
  readonly outcome: Outcome;
  readonly parameters: Parameters;
}

/** Makes the receipt that an answer is noted in. */
type FillReceipt = (result: FinetuneResult) => Receipt;

/** Takes fine-tune requests, one after the other. */
export class Finetuner {
  /** Requests under way by idempotency key. */
  readonly #running = new Map<
    string,
    { hash: string; result: Promise<FinetuneResult> }
  >();
  #learner: Promise<Learner> | undefined;
  /** The heads of the version that this process committed last. */
  #last: { sha256: string; heads: Heads } | undefined;

  constructor(
    private readonly weights: Weights,
    private readonly network: ServingNetwork,
    private readonly store: ModelStore,
    private readonly versions: Versions,
    private readonly editor: Editor,
  ) {}

  /**
   * Fine-tunes the heads, and publishes the result if it may be.
   *
   * @throws {BusyError} If too many requests wait.
   * @throws {ConflictError} If other processes kept committing first.
   * @throws {PreconditionError} If the model has none of the hashes asked for.
   * @throws {IdempotencyError} If the key was used for another request.
   * @throws {StoreError} If the head is damaged.
   */
  async run(request: FinetuneRequest): Promise<FinetuneResult> {
    const { idempotencyKey: key } = request;
    if (key === undefined) return await this.#change(request);
    const hash = await requestHash(request);
    const running = this.#running.get(key);
    if (running !== undefined) {
      checkSame(hash, running.hash);
      return await running.result;
    }
    const result = this.#change(request, { key, hash })
      .finally(() => this.#running.delete(key));
    this.#running.set(key, { hash, result });
    return await result;
  }

  async #change(
    request: FinetuneRequest,
    identity?: { key: string; hash: string },
  ): Promise<FinetuneResult> {
    let fill: FillReceipt | undefined;
    let learned: Learned | undefined;
    const done = await this.editor.change(async (head) => {
      learned = await this.#learn(head, request);
      return await this.#proposed(head, learned, request.dryRun, fill);
    }, {
      ifMatch: request.ifMatch,
      answered: async () => {
        const receipt = identity && await this.#receiptOf(identity);
        fill = receipt?.fill;
        return receipt?.answer;
      },
    });
    if ("answer" in done) return done.answer;
    const { heads } = learned!.outcome;
    this.#last = { sha256: done.after.sha256, heads };
    return resultOf(done.before, done.after, learned!.outcome, false);
  }

  /** What an idempotency key was answered before, or how to note the answer. */
  async #receiptOf(
    { key, hash }: { key: string; hash: string },
  ): Promise<{ answer?: FinetuneResult; fill: FillReceipt }> {
    const slot = await findReceipt(this.store, key);
    const fill: FillReceipt = (result) => fillReceipt(slot, hash, result);
    if (slot.record === undefined) return { fill };
    checkSame(hash, slot.record.request);
    return { answer: slot.record.answer as FinetuneResult, fill };
  }

  /** A version to commit, or the answer where nothing is to change. */
  async #proposed(
    { manifest }: Head,
    { outcome, draft, parameters }: Learned,
    dryRun: boolean,
    fill: FillReceipt | undefined,
  ): Promise<Proposed<FinetuneResult>> {
    const answerTo = (after: Manifest) =>
      resultOf(manifest, after, outcome, dryRun);
    if (outcome.refusal === null && !dryRun) {
      const receipt = fill && ((after: Manifest) => fill(answerTo(after)));
      return { propose: { draft, parameters, receipt } };
    }
    const answer = answerTo(manifest);
    const noted = fill === undefined ||
      await writeReceipt(this.store, fill(answer));
    return { answer: noted ? answer : undefined };
  }

  /** Learns on a draft of the head's own heads. */
  async #learn(
    head: Head,
    { descriptors, labels, steps, learningRate }: FinetuneRequest,
  ): Promise<Learned> {
    const version = this.versions.current;
    checkSound(head, version);
    this.#learner ??= Learner.create(this.network, this.weights);
    const learner = await this.#learner;
    const { manifest, parameters } = version;
    const heads = this.#last?.sha256 === manifest.sha256
      ? this.#last.heads
      : await readHeads(this.store, version, learner.baseHeads);
    const start = {
      heads,
      parameters,
      trunk: trunkName(manifest.tensors),
      seed: manifest.version + 1,
    };
    const features = learner.features(start, descriptors);
    const examples = { features, labels, length: descriptors.length };
    const outcome = await learner.learn(start, {
      examples,
      steps,
      learningRate,
    });
    const stride = features.length / descriptors.length;
    const draft: Draft = {
      change: "finetune",
      step: manifest.step + steps,
      steps: changedSteps(manifest.steps, outcome.heads, learner.baseHeads),
      tensors: [
        ...restOf(manifest.tensors),
        ...headTensors(
          outcome.heads,
          learner.baseHeads,
          shapesOf(this.weights.model),
        ),
      ],
      loss: outcome.loss,
      guard: outcome.guard,
      log: {
        scope: "heads",
        steps,
        learningRate,
        labels: this.#labelsByName(labels),
        features: {
          name: "features",
          shape: [descriptors.length, stride],
          values: features,
        },
      },
    };
    return {
      draft,
      outcome,
      parameters: new Map([...parameters, ...outcome.heads.parameters]),
    };
  }

  #labelsByName(
    labels: readonly (readonly number[])[],
  ): ChangeLog["labels"] {
    const { heads } = this.weights.model.sizes;
    return Object.fromEntries(heads.map(({ name }, h) => [
      name,
      labels[h]!.map((label) => isKnown(label) ? label : null),
    ]));
  }
}
