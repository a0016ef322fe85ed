/** Images that wait to be decoded, and how long they do in an overload. @module */

import { BusyError } from "../errors.ts";

/** What waits. */
export interface Waiting {
  /** When it came, as `performance.now()` says it. */
  readonly since: number;
  /** Whether it waits however long that takes. */
  readonly patient: boolean;
  reject(error: Error): void;
}

/**
 * How long a line may stand without a gap, in milliseconds, until what is in it waits
 * for no longer than a few images take.
 */
const STANDING = 250;
const WAITED_FOR = 4;
/** Those that one image after the other leaves behind: they wait some 30 ms. */
const FEW = 16;
/**
 * How long those wait who have waited in vain, in milliseconds: a client that asks
 * again at once would cost more than it gets.
 */
const HELD = 500;
/** The weight of an image's time in the mean of all before it. */
const WEIGHT = 1 / 16;

/**
 * A line with controlled delay: a burst is served as a whole, and of a load that goes
 * on as much as can be served at once; the rest is turned away. The patient are
 * never, and take turns with the others.
 *
 * Source: Maurer, "Fail at Scale", ACM Queue 13 (8), 2015, "Adaptive LIFO and CoDel".
 */
export class Line<J extends Waiting> {
  readonly #patient: J[] = [];
  readonly #others: J[] = [];
  #lastPatient = false;
  /** Since when the others have been waiting without a gap. */
  #standing = 0;
  /** Milliseconds that an image takes, on average. */
  #pace = 0;

  /** How many wait. */
  get length(): number {
    return this.#patient.length + this.#others.length;
  }

  push(job: J): void {
    if (this.#others.length === 0) this.#standing = job.since;
    (job.patient ? this.#patient : this.#others).push(job);
  }

  /** Takes the next out of the line; undefined if there is none. */
  shift(): J | undefined {
    while (this.#isLate(this.#others[0])) turnAway(this.#others.shift()!);
    const patient = this.#others.length === 0 || !this.#lastPatient;
    this.#lastPatient = patient && this.#patient.length > 0;
    return this.#lastPatient ? this.#patient.shift() : this.#others.shift();
  }

  /** Takes all of them out. */
  drain(): J[] {
    return [...this.#patient.splice(0), ...this.#others.splice(0)];
  }

  /** Tells how long one took, in milliseconds. */
  learnPace(took: number): void {
    this.#pace += (took - this.#pace) * (this.#pace === 0 ? 1 : WEIGHT);
  }

  /** Whether the first has waited in vain; where few wait, something else holds them up. */
  #isLate(job: J | undefined): boolean {
    if (job === undefined || this.#others.length <= FEW) return false;
    const now = performance.now();
    return now - this.#standing > STANDING &&
      now - job.since > WAITED_FOR * this.#pace;
  }
}

function turnAway({ reject }: Waiting): void {
  const busy = new BusyError(
    "Cannot take on more images: more are asked for than can be decoded",
  );
  setTimeout(() => reject(busy), HELD);
}
