/** Fine-tuning by request: one at a time, committed to the store, then published. @module */

import type { Manifest } from "../store/manifest.ts";
import {
  fillReceipt,
  findReceipt,
  type Receipt,
  writeReceipt,
} from "../store/receipts.ts";
import type { StoreHead } from "../store/draft.ts";
import type { ModelStore } from "../store/store.ts";
import { Corrections } from "./corrections.ts";
import { checkMatch, type Editor, type Proposed } from "./editor.ts";
import type { ServingNetwork } from "./network.ts";
import { once } from "../once.ts";
import { headsOf } from "./heads.ts";
import { readKept } from "./pool.ts";
import {
  checkLabels,
  checkSame,
  checkSound,
  type FinetuneRequest,
  type FinetuneResult,
  type Learned,
  type OnceOnly,
  resultOf,
} from "./requests.ts";
import { Steps } from "./steps.ts";
import type { Versions } from "./versions.ts";
import type { Weights } from "./weights.ts";

/** Makes the receipt of an answer. */
type FillReceipt = (result: FinetuneResult) => Receipt;

/** The earlier answer to an idempotency key, if there is one, and the function that makes a receipt. */
interface ReceiptState {
  readonly answer?: FinetuneResult;
  readonly fill: FillReceipt;
}

/** Runs fine-tune requests, one after the other. */
export class Finetuner {
  /** Requests under way by idempotency key. */
  readonly #running = new Map<
    string,
    { hash: string; result: Promise<FinetuneResult> }
  >();
  /** Corrects versions, and adds classes. */
  readonly corrections: () => Promise<Corrections>;
  readonly #steps: () => Promise<Steps>;

  constructor(
    weights: Weights,
    private readonly network: ServingNetwork,
    private readonly store: ModelStore,
    private readonly versions: Versions,
    private readonly editor: Editor,
  ) {
    const kept = once(() => readKept(network, weights));
    this.corrections = once(async () =>
      new Corrections(network, store, await kept())
    );
    this.#steps = once(async () => new Steps(network, store, await kept()));
  }

  /**
   * Fine-tunes the heads, and publishes the result if the guard allows it.
   *
   * @throws {BusyError} If too many requests wait.
   * @throws {ConflictError} If other processes kept committing first, or changed the
   * labels.
   * @throws {PreconditionError} If the model has none of the hashes asked for.
   * @throws {IdempotencyError} If the key was used for another request.
   * @throws {StoreError} If the head is damaged.
   */
  async run(request: FinetuneRequest): Promise<FinetuneResult> {
    const { once } = request;
    if (once === undefined) {
      await this.#checkMatch(request);
      return await this.#change(request);
    }
    const { key, request: hash } = once;
    const running = this.#running.get(key);
    if (running !== undefined) {
      checkSame(hash, running.hash);
      return { ...await running.result, repeated: true };
    }
    const result = this.#once(request, once)
      .finally(() => this.#running.delete(key));
    this.#running.set(key, { hash, result });
    return await result;
  }

  /**
   * The answer to a request that was answered before.
   *
   * @throws {IdempotencyError} If the key was used for another request.
   */
  async answered(once: OnceOnly): Promise<FinetuneResult | undefined> {
    return (await this.#receiptOf(once)).answer;
  }

  /** Checks If-Match before anything is decoded; it is checked again in its turn. */
  async #checkMatch({ ifMatch }: FinetuneRequest): Promise<void> {
    if (ifMatch === undefined) return;
    await this.versions.head();
    checkMatch(ifMatch, this.versions.current.manifest.sha256);
  }

  async #once(
    request: FinetuneRequest,
    identity: OnceOnly,
  ): Promise<FinetuneResult> {
    const receipt = await this.#receiptOf(identity);
    if (receipt.answer !== undefined) return receipt.answer;
    await this.#checkMatch(request);
    // What was just read serves the first attempt: the commit checks it.
    let fresh: ReceiptState | undefined = receipt;
    return await this.#change(request, async () => {
      const found = fresh ?? await this.#receiptOf(identity);
      fresh = undefined;
      return found;
    });
  }

  /** Makes the change; `receiptNow` looks up the earlier answer before each attempt. */
  async #change(
    request: FinetuneRequest,
    receiptNow?: () => Promise<ReceiptState>,
  ): Promise<FinetuneResult> {
    const descriptors = await request.describe();
    let receipt: ReceiptState | undefined;
    let learned: Learned | undefined;
    const done = await this.editor.change(async (head) => {
      learned = await this.#learn(head, descriptors, request);
      const { dryRun } = request;
      return await this.#proposed(head, learned, dryRun, receipt?.fill);
    }, {
      ifMatch: request.ifMatch,
      note: request.note,
      answered: async () => {
        receipt = await receiptNow?.();
        return receipt?.answer;
      },
    });
    if ("answer" in done) return done.answer;
    learned!.keep(done.after.sha256);
    return resultOf(done.before, done.after, learned!, false);
  }

  /** Looks up the earlier answer to an idempotency key. */
  async #receiptOf(
    { key, request: hash }: OnceOnly,
  ): Promise<ReceiptState> {
    const slot = await findReceipt(this.store, key);
    const fill: FillReceipt = (result) => fillReceipt(slot, hash, result);
    if (slot.record === undefined) return { fill };
    checkSame(hash, slot.record.request);
    const answer = slot.record.answer as FinetuneResult;
    return { answer: { ...answer, repeated: true }, fill };
  }

  /** A version to commit, or the answer if nothing is to change. */
  async #proposed(
    { manifest }: StoreHead,
    learned: Learned,
    dryRun: boolean,
    fill: FillReceipt | undefined,
  ): Promise<Proposed<FinetuneResult>> {
    const answerTo = (after: Manifest) =>
      resultOf(manifest, after, learned, dryRun);
    if (learned.reason === null && !dryRun) {
      const { draft, parameters } = learned;
      const receipt = fill && ((after: Manifest) => fill(answerTo(after)));
      return { propose: { draft, parameters, receipt } };
    }
    const answer = answerTo(manifest);
    const noted = fill === undefined ||
      await writeReceipt(this.store, fill(answer));
    return { answer: noted ? answer : undefined };
  }

  /** Learns on the head that is served. */
  async #learn(
    head: StoreHead,
    descriptors: readonly Uint8Array[],
    request: FinetuneRequest,
  ): Promise<Learned> {
    const version = this.versions.current;
    checkSound(head, version);
    const { heads } = headsOf(this.network.model, version.manifest);
    checkLabels(request, heads);
    const examples = {
      features: this.network.features(version.parameters, descriptors),
      labels: request.labels,
      length: descriptors.length,
    };
    const mode = request.mode === "steps"
      ? await this.#steps()
      : await this.corrections();
    return await mode.learn(version, examples, request);
  }
}
