/** Images that wait to be decoded, and how long they do in an overload. @module */

import { BusyError } from "../errors.ts";
import { CLOCK, type Clock } from "../waiting.ts";

/** What waits. */
export interface Waiting {
  /** When it came, as `performance.now()` says it. */
  readonly since: number;
  /** Whether it waits however long that takes. */
  readonly patient: boolean;
  /** The request that it came with: all of a request are served once one of it is. */
  readonly request?: object | undefined;
  reject(error: Error): void;
}

/** Those that clients who ask for one image after the other leave behind. */
const FEW = 16;
/** How long more than a few may wait without a gap until that is an overload, in milliseconds. */
const STANDING = 250;
/** How many images' time one waits for in an overload, at most. */
const WAITED_FOR = 1;
/** How often it is judged whether an overload is over, in milliseconds. */
const JUDGED = 1000;
/**
 * The share that is turned away in an overload, at least. Clients who ask again when
 * they are answered come to less, and are better served in turn.
 */
const TURNED_AWAY = 1 / 5;
/**
 * How long those are held who are turned away, in milliseconds: a client that asks
 * again at once would cost more than it gets.
 */
export const HELD = 500;
/** The weight of an image's time in the mean of all before it. */
const WEIGHT = 1 / 16;

/**
 * A line with controlled delay. A few are served in turn, and of more the newest
 * first: to serve a long line in turn is to serve nobody before the longest wait. A
 * burst is served as a whole; of a load that goes on as much as can be at once, and
 * the rest is turned away. The patient are never, and take turns with the others.
 *
 * Source: Maurer, "Fail at Scale", ACM Queue 13 (8), 2015, "Adaptive LIFO and CoDel".
 */
export class Line<J extends Waiting> {
  readonly #patient: J[] = [];
  #others: J[] = [];
  #lastPatient = false;
  /** Since when the others have been waiting without a gap. */
  #standing = 0;
  /** Milliseconds that an image takes, on average. */
  #pace = 0;
  /** Since when, and how many were served and turned away in an overload. */
  #overload: { since: number; served: number; turnedAway: number } | undefined;

  /** @param servers How many images are served at once. */
  constructor(
    private readonly servers: number,
    private readonly clock: Clock = CLOCK,
  ) {}

  /** How many wait. */
  get length(): number {
    return this.#patient.length + this.#others.length;
  }

  /**
   * Whether one more that is not patient would wait in vain. It counts as turned away,
   * and is not to be pushed.
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

  /** Takes the next out of the line; undefined if there is none. */
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

  /** Tells how long one took, in milliseconds. */
  learnPace(took: number): void {
    this.#pace += (took - this.#pace) * (this.#pace === 0 ? 1 : WEIGHT);
  }

  /** Says whether there is an overload. */
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

  /** Turns away who has waited for too long in an overload. */
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

  /** Has the other images of a request wait patiently. */
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

/** The error of those who are turned away. */
export function tooMany(): BusyError {
  return new BusyError(
    "Cannot take on more images: more are asked for than can be decoded",
  );
}
