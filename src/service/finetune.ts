/** Fine-tuning by request: one at a time, committed to the store, then published. @module */

import { shapesOf } from "../model/state.ts";
import {
  fillReceipt,
  findReceipt,
  type ReceiptSlot,
  writeReceipt,
} from "../store/receipts.ts";
import type { Draft } from "../store/draft.ts";
import type { ModelStore } from "../store/store.ts";
import type { Editor } from "./editor.ts";
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
  checkMatch,
  checkSame,
  checkSound,
  type FinetuneRequest,
  type FinetuneResult,
  requestHash,
  resultOf,
} from "./requests.ts";
import type { Heads } from "./tuner.ts";
import type { Version, Versions } from "./versions.ts";
import type { Weights } from "./weights.ts";

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
    if (key === undefined) {
      return await this.editor.change(() => this.#attempt(request));
    }
    const hash = await requestHash(request);
    const running = this.#running.get(key);
    if (running !== undefined) {
      checkSame(hash, running.hash);
      return await running.result;
    }
    const result = this.editor.change(() => this.#once(request, key, hash))
      .finally(() => this.#running.delete(key));
    this.#running.set(key, { hash, result });
    return await result;
  }

  /** One attempt, unless the key has been answered already. */
  async #once(
    request: FinetuneRequest,
    key: string,
    hash: string,
  ): Promise<FinetuneResult | undefined> {
    const slot = await findReceipt(this.store, key);
    if (slot.record === undefined) {
      return await this.#attempt(request, { slot, hash });
    }
    checkSame(hash, slot.record.request);
    return slot.record.answer as FinetuneResult;
  }

  /** One attempt on the present head; undefined if it is not the head any more. */
  async #attempt(
    request: FinetuneRequest,
    receipt?: { slot: ReceiptSlot; hash: string },
  ): Promise<FinetuneResult | undefined> {
    const head = await this.versions.head();
    const version = this.versions.current;
    checkSound(head, version);
    checkMatch(request.ifMatch, version.manifest.sha256);
    const { draft, outcome } = await this.#draft(version, request);
    const fill = (result: FinetuneResult) =>
      receipt && fillReceipt(receipt.slot, receipt.hash, result);

    if (outcome.refusal !== null || request.dryRun) {
      const result = resultOf(
        version.manifest,
        version.manifest,
        outcome,
        request.dryRun,
      );
      const filled = fill(result);
      return filled === undefined || await writeReceipt(this.store, filled)
        ? result
        : undefined;
    }
    const prepared = await this.store.prepare(head, draft);
    const result = resultOf(
      version.manifest,
      prepared.manifest,
      outcome,
      false,
    );
    if (!await this.store.commit(head, prepared, { receipt: fill(result) })) {
      return undefined;
    }
    const parameters = new Map([
      ...version.parameters,
      ...outcome.heads.parameters,
    ]);
    this.versions.publish({ manifest: prepared.manifest, parameters });
    this.#last = { sha256: prepared.manifest.sha256, heads: outcome.heads };
    return result;
  }

  /** Learns on a draft of the version's heads. */
  async #draft(
    version: Version,
    { descriptors, domains, items, steps, learningRate }: FinetuneRequest,
  ): Promise<{ draft: Draft; outcome: Outcome }> {
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
    const examples = { features, domains, items };
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
        domains,
        items,
        features: {
          name: "features",
          shape: [descriptors.length, stride],
          values: features,
        },
      },
    };
    return { draft, outcome };
  }
}
