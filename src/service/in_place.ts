/** Decoding and describing images in this thread. @module */

import { turn } from "../waiting.ts";
import type { Described, Describer } from "./describer.ts";

/**
 * Milliseconds of decoding for which other requests may be held up. A pause after every
 * image would take a third of the time.
 */
const HELD_UP = 20;

/** Decodes and describes one image per turn of the event loop, so that other work goes on. */
export class InPlace {
  #waiting = 0;
  #last: Promise<unknown> = Promise.resolve();

  constructor(private readonly describer: Describer) {}

  /** Resolves when all images so far are described. */
  get done(): Promise<unknown> {
    return this.#last;
  }

  /**
   * Decodes and describes an image.
   *
   * @param heavy Whether to release the decoder's memory afterwards.
   * @throws {ImageError} As the describer does.
   */
  describe(image: Uint8Array, heavy: boolean): Promise<Described> {
    const describe = async () => {
      try {
        return await this.describer.describe(image);
      } finally {
        if (heavy) this.describer.rest();
      }
    };
    const result = this.#waiting++ === 0
      ? describe()
      : this.#last.then(() => turn(HELD_UP)).then(describe);
    const done = () => void this.#waiting--;
    this.#last = result.then(done, done);
    return result;
  }
}
