/**
 * Decodes and describes images in workers, so that no image holds up the program:
 * each has a deadline, and all that are decoded at once share a bounded memory.
 *
 * @module
 */

import { BusyError, ImageError } from "../errors.ts";
import type { Preprocessing } from "../image/descriptor.ts";
import type { ImageHeader } from "../image/header.ts";
import type { ImageLimits } from "../image/limits.ts";
import { CLOCK, type Clock, Deadlines } from "../waiting.ts";
import type { Decoder } from "./decoder.ts";
import type { Described, Describer } from "./describer.ts";
import { costOf, type ImageCost } from "./image_cost.ts";
import { InPlace } from "./in_place.ts";
import { Line, type Waiting } from "./line.ts";

/** Options of a pool: the memory, workers and time that it may take. */
export interface PoolOptions {
  readonly preprocessing: Preprocessing;
  readonly limits: ImageLimits;
  /** The most workers; with 0, images are decoded in place, in turns. */
  readonly workers: number;
  /** Milliseconds that one image may take. */
  readonly deadline: number;
  /** Bytes that the images decoded at once may take together; one alone may take more. */
  readonly memory: number;
  /** Images that may wait. */
  readonly maxWaiting: number;
  /** Told, once, that no workers can be had. */
  readonly report: (error: unknown) => void;
  /** Default: this machine's. */
  readonly clock?: Clock;
}

/** Milliseconds from the first image to the start of the workers. */
const WARM_UP = 250;

/** An image on its way. */
interface Job extends Waiting, ImageCost {
  readonly image: Uint8Array;
  resolve(described: Described): void;
  reject(error: unknown): void;
}

/** Milliseconds without a heavy image after which workers release their memory. */
const REST = 1000;
/**
 * Bytes a millisecond that heavy images may take and give back: while the system
 * does that, all threads of the program are held up.
 */
const TURNOVER = 2_000_000;

/**
 * Workers and the images that wait for them. Light images and heavy ones stand in
 * two lines, and heavy ones never take the last worker: a photograph does not wait
 * for a hundred megapixels.
 *
 * No worker is started before the first image was decoded, in place, and its answer
 * has had time to go out: a cold start does not pay for them. A heavy image does not
 * wait for that. Until they are ready, light images are decoded in place; later none
 * is, for what the program itself decodes keeps it from turning others away.
 */
export class DecodingPool {
  readonly #light: Line<Job>;
  readonly #heavy: Job[] = [];
  readonly #idle: Decoder[] = [];
  readonly #all = new Set<Decoder>();
  readonly #underWay = new Set<Promise<Described>>();
  #busyHeavy = 0;
  /** Workers that are being started. */
  #coming = 0;
  #memory = 0;
  #lastHeavy = false;
  #state: "cold" | "starting" | "ready" | "in place" | "closed" = "cold";
  readonly #inPlace: InPlace;
  readonly #clock: Clock;
  readonly #deadlines: Deadlines;
  readonly #rests = new Deadlines(REST);
  #endRest = () => {};
  /** Resolved when workers are wanted, or will not be any more. */
  readonly #wanted = Promise.withResolvers<void>();

  constructor(
    describer: Describer,
    private readonly options: PoolOptions,
  ) {
    this.#inPlace = new InPlace(describer);
    this.#clock = options.clock ?? CLOCK;
    this.#light = new Line(options.workers, this.#clock);
    this.#deadlines = new Deadlines(options.deadline);
    if (options.workers === 0) this.#state = "in place";
  }

  /**
   * Decodes and describes an image whose header was checked.
   *
   * @param options Whether it waits for its turn in an overload, too, and the request
   * that it came with.
   * @throws {ImageError} If it cannot be decoded, or takes too long or too much memory.
   * @throws {BusyError} If too many images wait, or others than patient ones for too long.
   */
  describe(
    image: Uint8Array,
    header: ImageHeader,
    { patient = true, request }: Partial<Pick<Job, "patient" | "request">> = {},
  ): Promise<Described> {
    const cost = costOf(header, image.length);
    if (this.#state === "cold") this.#startSoon();
    const inPlace = this.#state === "in place" ||
      (this.#state === "starting" && !cost.heavy);
    if (inPlace) return this.#inPlace.describe(image, cost.heavy);
    this.#wanted.resolve();
    return this.#enqueue({ image, ...cost, patient, request });
  }

  /** Whether another light image would wait in vain: {@linkcode Line.turnsAway}. */
  turnsAway(): boolean {
    return this.#light.turnsAway();
  }

  /** Takes no more images, finishes those on their way, and stops the workers. */
  async close(): Promise<void> {
    this.#state = "closed";
    this.#endRest();
    this.#wanted.resolve();
    await Promise.allSettled(this.#underWay);
    const closed = new BusyError(
      "Cannot decode images: the server is stopping",
    );
    for (const decoder of this.#all) decoder.stop(closed);
  }

  #enqueue(
    job: Omit<Job, "since" | "resolve" | "reject">,
  ): Promise<Described> {
    const line = job.heavy ? this.#heavy : this.#light;
    const waiting = line.length;
    if (this.#state === "closed" || waiting >= this.options.maxWaiting) {
      const why = this.#state === "closed"
        ? "the server is stopping"
        : `${waiting} are waiting to be decoded`;
      return Promise.reject(
        new BusyError(`Cannot take on more images: ${why}`),
      );
    }
    const { promise, resolve, reject } = Promise.withResolvers<Described>();
    this.#underWay.add(promise);
    const forget = () => void this.#underWay.delete(promise);
    promise.then(forget, forget);
    line.push({ ...job, since: this.#clock.now(), resolve, reject });
    this.#next();
    return promise;
  }

  /** Starts the workers some time after the first image, or when a heavy one waits. */
  async #startSoon(): Promise<void> {
    this.#state = "starting";
    const end = new Deadlines(WARM_UP).start(this.#wanted.resolve);
    await this.#wanted.promise;
    end();
    await this.#inPlace.done;
    try {
      await Promise.all(
        Array.from({ length: this.options.workers }, () => this.#start()),
      );
      if (this.#state === "starting") this.#state = "ready";
    } catch (error) {
      this.#giveUp(error);
    }
  }

  async #start(): Promise<void> {
    const { Decoder } = await import("./decoder.ts");
    if (this.#state === "closed" && this.#underWay.size === 0) return;
    const decoder = new Decoder();
    this.#all.add(decoder);
    this.#coming++;
    try {
      await decoder.start(this.options.preprocessing, this.options.limits);
    } finally {
      this.#coming--;
    }
    this.#idle.push(decoder);
    this.#next();
  }

  /** Goes on without workers. */
  #giveUp(cause: unknown): void {
    if (this.#state === "closed" || this.#state === "in place") return;
    this.#state = "in place";
    this.options.report(
      new Error(
        "Images are decoded one after the other, and large ones hold up the rest: " +
          "no workers can be had here",
        { cause },
      ),
    );
    for (const job of [...this.#light.drain(), ...this.#heavy.splice(0)]) {
      this.#inPlace.describe(job.image, job.heavy).then(
        job.resolve,
        job.reject,
      );
    }
  }

  /** Hands waiting images to idle workers. */
  #next(): void {
    while (this.#idle.length > 0) {
      const job = this.#take();
      if (job === undefined) return;
      this.#lastHeavy = job.heavy;
      void this.#run(this.#takeIdle(job), job);
    }
  }

  /** Takes an idle worker: for a heavy image one that holds memory, for a light one another. */
  #takeIdle({ heavy }: Job): Decoder {
    const fit = this.#idle.findLastIndex(({ holding }) => holding === heavy);
    return this.#idle.splice(fit, 1)[0]!; // the last one if none fits
  }

  /**
   * The next image. A heavy one comes first where workers are left for light ones;
   * a single worker takes them in turns.
   */
  #take(): Job | undefined {
    const heavy = this.#heavyMayRun() &&
      (this.#light.length === 0 || this.options.workers > 1 ||
        !this.#lastHeavy);
    return heavy ? this.#heavy.shift() : this.#light.shift();
  }

  /** Whether a worker and memory may be spent on a heavy image. */
  #heavyMayRun(): boolean {
    const [job] = this.#heavy;
    if (job === undefined) return false;
    const held = this.#holding(this.#all).length > this.#busyHeavy; // one is idle, or has a light image
    if (held && this.#holding(this.#idle).length === 0) return false;
    const { workers, memory } = this.options;
    const spare = workers - this.#coming - this.#busyHeavy;
    if (this.#busyHeavy === 0) return spare > 1 || this.#coming === 0;
    return spare > 1 && this.#memory + job.memory <= memory;
  }

  async #run(decoder: Decoder, job: Job): Promise<void> {
    if (job.heavy) this.#count(job, 1);
    const started = this.#clock.now();
    const end = this.#deadlines.start(() => {
      decoder.stop(
        new ImageError(
          "too-costly",
          `Cannot decode image: expected it to take at most ${this.options.deadline} ms, ` +
            "it took longer",
        ),
      );
    });
    try {
      job.resolve(await decoder.describe(job.image, job));
    } catch (error) {
      job.reject(error);
    } finally {
      end();
    }
    const took = this.#clock.now() - started;
    if (job.heavy) this.#finishHeavy(job, took);
    else this.#light.learnPace(took);
    this.#free(decoder);
  }

  #free(decoder: Decoder): void {
    if (decoder.spent) this.#replace(decoder);
    else this.#idle.push(decoder);
    this.#next();
  }

  /** Lets the next heavy image in, or only later if this one took little time for its size. */
  async #finishHeavy(job: Job, took: number): Promise<void> {
    const rest = Math.ceil(job.memory / TURNOVER - took);
    if (rest > 0) await this.#clock.pause(rest);
    this.#count(job, -1);
    this.#next();
    if (this.#busyHeavy === 0) this.#restLater();
  }

  /** Has idle workers release their memory, unless another heavy image comes soon. */
  #restLater(): void {
    this.#endRest();
    if (this.#state === "closed") return;
    this.#endRest = this.#rests.start(() => {
      const idle = this.#holding(this.#idle);
      for (const decoder of idle) void this.#rest(decoder);
      if (this.#holding(this.#all).length > idle.length) this.#restLater();
    });
  }

  #holding(decoders: Iterable<Decoder>): Decoder[] {
    return [...decoders].filter((decoder) => decoder.holding);
  }

  async #rest(decoder: Decoder): Promise<void> {
    this.#idle.splice(this.#idle.indexOf(decoder), 1);
    await decoder.rest();
    this.#free(decoder);
  }

  #count({ memory }: Job, sign: 1 | -1): void {
    if (sign > 0) this.#endRest();
    this.#busyHeavy += sign;
    this.#memory += sign * memory;
  }

  /** Starts another worker in the place of one that cannot be trusted, or has grown. */
  #replace(decoder: Decoder): void {
    decoder.stop(new BusyError("Cannot decode image: its worker was stopped"));
    this.#all.delete(decoder);
    this.#start().catch((error) => {
      if (this.#idle.length === 0) this.#giveUp(error);
      else this.#next(); // a heavy image may have waited for that worker
    });
  }
}
