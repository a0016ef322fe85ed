/** The queue of images that wait to be decoded, with its rules for an overload. @module */

import { BusyError } from "../errors.ts";
import { CLOCK, type Clock } from "../waiting.ts";

/** An image that waits. */
export interface Waiting {
  /** The time of its arrival, by `performance.now()`. */
  readonly since: number;
  /** Whether it waits for as long as it takes. */
  readonly patient: boolean;
  /** Its request: once one image of a request is served, all are. */
  readonly request?: object | undefined;
  reject(error: Error): void;
}

/** The most that wait when clients send one image at a time. */
const FEW = 16;
/** Milliseconds for which more than a few may wait without a break before it is an overload. */
const STANDING = 250;
/** The longest wait in an overload, in times of decoding an image. */
const WAITED_FOR = 1;
/** Milliseconds between two checks of whether an overload is over. */
const JUDGED = 1000;
/**
 * The least share of requests that is refused in an overload. Clients that send one
 * request after the other make for less, and are better served in order.
 */
const TURNED_AWAY = 1 / 5;
/**
 * Milliseconds for which a refused request is held: a client that retries at once would
 * cost more than it gets.
 */
export const HELD = 500;
/** The weight of an image's time in the moving average. */
const WEIGHT = 1 / 16;

/**
 * A queue with controlled delay. A few are served in order, of more the newest first: to
 * serve a long queue in order is to let everyone wait for the longest time. A burst is
 * served as a whole; of a sustained overload as much as possible is served, and the rest
 * refused. Patient images are never refused, and alternate with the others.
 *
 * Source: Maurer, "Fail at Scale", ACM Queue 13 (8), 2015, "Adaptive LIFO and CoDel".
 */
export class Line<J extends Waiting> {
  readonly #patient: J[] = [];
  #others: J[] = [];
  #lastPatient = false;
  /** The time since which the others have been waiting without a break. */
  #standing = 0;
  /** Milliseconds that an image takes, on average. */
  #pace = 0;
  /** The overload: the start of its current period, and the numbers served and refused in it. */
  #overload: { since: number; served: number; turnedAway: number } | undefined;

  /** @param servers The number of images that are decoded at once. */
  constructor(
    private readonly servers: number,
    private readonly clock: Clock = CLOCK,
  ) {}

  /** The number that wait. */
  get length(): number {
    return this.#patient.length + this.#others.length;
  }

  /**
   * Whether one more that is not patient would wait in vain. If so it counts as
   * refused, and must not be pushed.
   */
  turnsAway(): boolean {
    this.#judge();
    const full = this.#overload !== undefined &&
      this.#others.length >= WAITED_FOR * this.servers;
    if (full) this.#overload!.turnedAway++;
    return full;
  }

  push(job: J): void {
    if (this.#others.length === 0) this.#standing = job.since;
    (job.patient ? this.#patient : this.#others).push(job);
  }

  /** Takes the next out of the queue; undefined if it is empty. */
  shift(): J | undefined {
    this.#judge();
    this.#turnAway();
    const patient = this.#others.length === 0 || !this.#lastPatient;
    this.#lastPatient = patient && this.#patient.length > 0;
    return this.#lastPatient ? this.#patient.shift() : this.#takeOther();
  }

  /** Takes all of them out. */
  drain(): J[] {
    return [...this.#patient.splice(0), ...this.#others.splice(0)];
  }

  /** Records the milliseconds that one took. */
  learnPace(took: number): void {
    this.#pace += (took - this.#pace) * (this.#pace === 0 ? 1 : WEIGHT);
  }

  /** Decides whether there is an overload. */
  #judge(): void {
    const now = this.clock.now();
    if (this.#overload === undefined) {
      if (this.#others.length <= FEW || now - this.#standing <= STANDING) {
        return;
      }
    } else {
      const { since, served, turnedAway } = this.#overload;
      if (now - since <= JUDGED) return;
      this.#standing = now;
      if (turnedAway < TURNED_AWAY * (turnedAway + served)) {
        this.#overload = undefined;
        return;
      }
    }
    this.#overload = { since: now, served: 0, turnedAway: 0 };
  }

  /** Refuses those that have waited for too long in an overload. */
  #turnAway(): void {
    if (this.#overload === undefined) return;
    const oldest = this.clock.now() - WAITED_FOR * this.#pace;
    while (this.#others.length > 0 && this.#others[0]!.since < oldest) {
      const { reject } = this.#others.shift()!;
      this.#overload.turnedAway++;
      this.clock.pause(HELD).then(() => reject(tooMany()));
    }
  }

  #takeOther(): J | undefined {
    if (this.#overload === undefined && this.#others.length <= FEW) {
      return this.#others.shift();
    }
    const job = this.#others.pop();
    if (job === undefined) return undefined;
    if (this.#overload !== undefined) this.#overload.served++;
    this.#letInWith(job);
    return job;
  }

  /** Makes the other images of a request patient. */
  #letInWith({ request }: J): void {
    if (request === undefined) return;
    const { same = [], other = [] } = Object.groupBy(
      this.#others,
      (job) => job.request === request ? "same" : "other",
    );
    this.#patient.push(...same);
    this.#others = other;
  }
}

/** The error of those that are refused. */
export function tooMany(): BusyError {
  return new BusyError(
    "Cannot take on more images: more arrive than can be decoded",
  );
}
