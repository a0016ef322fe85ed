/** The service behind the routes: the model, its versions, and the operations on them. @module */

import { StoreError } from "../errors.ts";
import type { ImageHeader } from "../image/header.ts";
import { DEFAULT_LIMITS, type ImageLimits } from "../image/limits.ts";
import type { Budgets } from "../store/budgets.ts";
import type { Engine } from "../store/engine.ts";
import type { BaseModel } from "../store/manifest.ts";
import { ModelStore } from "../store/store.ts";
import type { HeadSpec } from "../heads/kinds.ts";
import { identityOf, type ModelIdentity, type Prediction } from "./answers.ts";
import { DecodingPool } from "./decoding_pool.ts";
import { Describer } from "./describer.ts";
import type { Editor } from "./editor.ts";
import type { Finetuner } from "./finetune.ts";
import type { History } from "./history.ts";
import type { ModelFiles } from "./model_file.ts";
import type { FinetuneRequest, FinetuneResult } from "./requests.ts";
import { ServingNetwork } from "./network.ts";
import { once } from "../once.ts";
import { type Note, timed } from "./phases.ts";
import type { Labels } from "./labels.ts";
import type { Transfer } from "./transfer.ts";
import { RecentImages } from "./recent.ts";
import { type Version, Versions } from "./versions.ts";
import type { Weights } from "./weights.ts";

/** Versions between two garbage collections. */
const COLLECT_EVERY = 16;
/** Bytes that the heavy images decoded at once may take together. */
const DECODING_MEMORY = 256 * 1024 * 1024;
/** Images that may wait to be decoded. */
const MAX_IMAGES_WAITING = 4096;

/** Options of a service. */
export interface ServiceOptions {
  readonly weights: Weights;
  readonly engine: Engine;
  /** The largest image that is decoded. */
  readonly limits?: ImageLimits;
  /** The number of versions to keep. Default 100. */
  readonly keepVersions?: number;
  /** The most changes that may wait in this process. Default 512. */
  readonly maxWaiting?: number;
  /** Workers that decode images. Default 0: this thread decodes them, one per turn. */
  readonly decoders?: number;
  /** Milliseconds that decoding one image may take in a worker. Default 10,000. */
  readonly decodeDeadline?: number;
  /** Called with errors that fail no request. Default: the console. */
  readonly report?: (error: unknown) => void;
}

/** Options of describing an image. */
export interface DescribeOptions {
  /** Whether it waits for its turn for as long as it takes. Default true. */
  readonly patient?: boolean;
  /** Its request: in an overload, all images of a request are served or none. */
  readonly request?: object;
  /** Called with the parts of the work. */
  readonly note?: Note;
}

/** Predictions and the version that made them. */
export interface PredictResult {
  readonly predictions: readonly Prediction[];
  /** The id of each image, by which a correction can refer to it for an hour. */
  readonly ids: readonly string[];
  /** The heads of the version, in the order of its answers. */
  readonly heads: readonly HeadSpec[];
  readonly model: ModelIdentity;
}

/**
 * The served model and its versions. Modules that no prediction needs are imported at
 * their first use: that saves a cold start a third of the modules.
 */
export class Service {
  /** Fine-tunes, and answers given before. */
  readonly finetuner: () => Promise<Finetuner> = once(async () => {
    await this.sound();
    const { Finetuner } = await import("./finetune.ts");
    const { options: { weights }, network } = this;
    const editor = await this.#editor();
    return new Finetuner(
      weights,
      network,
      this.#store,
      this.#versions,
      editor,
    );
  });
  /** Labels added, renamed and retired. */
  readonly labels: () => Promise<Labels> = once(async () => {
    const { Labels } = await import("./labels.ts");
    const { corrections } = await this.finetuner();
    const editor = await this.#editor();
    return new Labels(this.network, this.#versions, editor, corrections);
  });
  /** Versions by number, and rollbacks. */
  readonly history: () => Promise<History> = once(async () => {
    const { History } = await import("./history.ts");
    return new History(this.#store, await this.#editor());
  });
  /** Versions as files with what prediction needs. */
  readonly files: () => Promise<ModelFiles> = once(async () => {
    const { ModelFiles } = await import("./model_file.ts");
    const { model } = this.options.weights;
    return new ModelFiles(model, this.#store, this.#versions);
  });
  /** The whole state as a file, and back. */
  readonly transfer: () => Promise<Transfer> = once(async () => {
    await this.sound();
    const { Transfer } = await import("./transfer.ts");
    const { weights } = this.options;
    const editor = await this.#editor();
    return new Transfer(weights, this.#store, this.#versions, editor);
  });
  /**
   * Resolves if the parts of the weights file that only learning reads are valid; those
   * that predictions read were checked before the service was made.
   *
   * @throws {StoreError} If they are not.
   */
  readonly sound: () => Promise<void> = once(() =>
    judged(this.options.weights)
  );
  /** The budgets of keys. */
  readonly budgets: () => Promise<Budgets> = once(async () => {
    const { Budgets } = await import("../store/budgets.ts");
    return new Budgets(this.options.engine);
  });
  readonly #editor = once(async (): Promise<Editor> => {
    const { Editor } = await import("./editor.ts");
    const { maxWaiting = 512 } = this.options;
    const collect = (version: number) => this.#collectAfter(version);
    return new Editor(this.#store, this.#versions, maxWaiting, collect);
  });
  readonly #store: ModelStore;
  readonly #versions: Versions;
  readonly #report: (error: unknown) => void;
  readonly #recent = new RecentImages();
  #collecting: Promise<void> = Promise.resolve();

  private constructor(
    private readonly options: ServiceOptions,
    base: BaseModel,
    private readonly network: ServingNetwork,
    private readonly describer: Describer,
    private readonly pool: DecodingPool,
  ) {
    const { engine, report = console.error } = options;
    this.#report = report;
    this.#store = new ModelStore(engine, base);
    this.#versions = new Versions(this.#store, base, network, report);
  }

  /**
   * Allocates the memory. Nothing is read from the store yet, and no kernel has run: see
   * {@linkcode warmUp}.
   */
  static async create(options: ServiceOptions): Promise<Service> {
    const { model, base } = options.weights;
    const limits = options.limits ?? DEFAULT_LIMITS;
    const network = await ServingNetwork.create(model);
    const describer = await Describer.create(model.preprocessing, limits);
    const pool = new DecodingPool(describer, {
      preprocessing: model.preprocessing,
      limits,
      workers: options.decoders ?? 0,
      deadline: options.decodeDeadline ?? 10_000,
      memory: DECODING_MEMORY,
      maxWaiting: MAX_IMAGES_WAITING,
      report: options.report ?? console.error,
    });
    return new Service(options, await base, network, describer, pool);
  }

  /** The heads of the served version, in the order of its answers. */
  get heads(): readonly HeadSpec[] {
    return this.#headsOf(this.#versions.current);
  }

  /** The heads of the newest version, which another process may have made just now. */
  async newestHeads(): Promise<readonly HeadSpec[]> {
    await this.#versions.head();
    return this.heads;
  }

  /** Checks an image by its header: {@linkcode Describer.check}. */
  check(image: Uint8Array): ImageHeader {
    return this.describer.check(image);
  }

  /** Decodes and describes an image: {@linkcode DecodingPool.describe}. */
  async describe(
    image: Uint8Array,
    header: ImageHeader = this.check(image),
    { note, ...waiting }: DescribeOptions = {},
  ): Promise<Uint8Array> {
    const { descriptor, phases } = await this.pool.describe(
      image,
      header,
      waiting,
    );
    if (note !== undefined) phases.forEach(note);
    return descriptor;
  }

  /** Whether another small image would wait in vain: {@linkcode DecodingPool.turnsAway}. */
  turnsAway(): boolean {
    return this.pool.turnsAway();
  }

  /** Describes pixels: {@linkcode Describer.describePixels}. */
  describePixels(width: number, height: number, rgb: Uint8Array): Uint8Array {
    return this.describer.describePixels(width, height, rgb);
  }

  /** Hashes of other weights files that have versions in the store; they are not served. */
  otherModels(): Promise<string[]> {
    return this.#store.otherBases();
  }

  /** Resolves if the store answers and the weights file is valid. */
  async ready(): Promise<void> {
    await Promise.all([this.sound(), this.otherModels()]);
  }

  /**
   * Predicts an empty descriptor, so that parameters are in place and the engine has
   * compiled the kernels when the first image comes: the first run takes eight times as
   * long as the next (4 ms). It blocks, so it should run when no request waits.
   */
  warmUp(): void {
    const { inputs } = this.network.model.sizes;
    this.network.predict(this.#versions.current, [new Uint8Array(inputs)], 1);
  }

  /** The version that is served. */
  async identity(): Promise<ModelIdentity> {
    return (await this.served()).model;
  }

  /** The version that is served, and its heads. */
  async served(): Promise<Pick<PredictResult, "model" | "heads">> {
    await this.#versions.freshen();
    const { current } = this.#versions;
    return {
      model: identityOf(current.manifest),
      heads: this.#headsOf(current),
    };
  }

  /**
   * Predicts described images, likeliest classes first.
   *
   * @param asked The version to predict with, by default the current one, and the
   * receiver of timings.
   * @returns undefined if there is no such version.
   * @throws {StoreError} If that version is damaged.
   */
  async predict(
    descriptors: readonly Uint8Array[],
    { topK, version: number, note }: {
      topK: number;
      version?: number | undefined;
      note?: Note | undefined;
    },
  ): Promise<PredictResult | undefined> {
    const naming = Promise.all(
      descriptors.map((descriptor) => this.#recent.add(descriptor)),
    );
    await this.#versions.freshen();
    const version = number === undefined
      ? this.#versions.current
      : await this.#versions.at(number);
    if (version === undefined) return undefined;
    const predictions = timed(
      note,
      "forward",
      () => this.network.predict(version, descriptors, topK),
    );
    const ids = await naming;
    const heads = this.#headsOf(version);
    return { predictions, ids, heads, model: identityOf(version.manifest) };
  }

  /** The descriptor of an image that was predicted in the last hour, by its id. */
  recall(id: string): Uint8Array | undefined {
    return this.#recent.find(id);
  }

  /** Fine-tunes the heads: {@linkcode Finetuner.run}. */
  async finetune(request: FinetuneRequest): Promise<FinetuneResult> {
    return await (await this.finetuner()).run(request);
  }

  /** Resolves when no change and no collection runs. */
  async settled(): Promise<void> {
    const editor = await this.#editor.made();
    await editor?.idle();
    await this.#collecting;
  }

  /** Finishes what runs, then releases the store. */
  async close(): Promise<void> {
    await this.settled();
    await this.pool.close();
    await this.#store.close();
  }

  #headsOf({ manifest: { heads } }: Version): readonly HeadSpec[] {
    return heads?.heads ?? this.network.model.sizes.heads;
  }

  #collectAfter(version: number): void {
    if (version % COLLECT_EVERY !== 0) return;
    this.#collecting = this.#collecting
      .then(async () => {
        const { collect } = await import("../store/collect.ts");
        await collect(this.#store, this.options.keepVersions ?? 100);
      })
      .catch(this.#report);
  }
}

async function judged(weights: Weights): Promise<void> {
  try {
    await weights.judge();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new StoreError(`Cannot learn from the weights file: ${why}`);
  }
}
