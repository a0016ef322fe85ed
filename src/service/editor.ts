/** Changes to the model: one at a time here, and again where another process was first. @module */

import { ConflictError } from "../errors.ts";
import { Queue } from "./queue.ts";

/** How often a change is done again because another process committed first. */
const ATTEMPTS = 20;
/** The longest pause between two attempts, in milliseconds. */
const JITTER = 20;

/** The line that every change of the model in this process stands in. */
export class Editor {
  readonly #queue: Queue;

  /** @param maxWaiting How many changes may wait or be made at once. */
  constructor(maxWaiting: number) {
    this.#queue = new Queue(maxWaiting);
  }

  /**
   * Makes a change when its turn comes.
   *
   * @param attempt Does all of it on the present head; undefined if the head moved meanwhile.
   * @throws {BusyError} If too many changes wait.
   * @throws {ConflictError} If the head moved every time.
   */
  change<T>(attempt: () => Promise<T | undefined>): Promise<T> {
    return this.#queue.run(async () => {
      for (let tried = 0; tried < ATTEMPTS; tried++) {
        if (tried > 0) await jitter();
        const result = await attempt();
        if (result !== undefined) return result;
      }
      throw new ConflictError(
        `Cannot change the model: others changed it first, ${ATTEMPTS} times in a row`,
      );
    });
  }

  /** Resolves when nothing waits or runs. */
  idle(): Promise<void> {
    return this.#queue.idle();
  }
}

/** Pauses for a random while, so that processes that collided do not collide again. */
function jitter(): Promise<void> {
  const [random] = crypto.getRandomValues(new Uint32Array(1));
  return new Promise((resolve) => setTimeout(resolve, random! % JITTER));
}
