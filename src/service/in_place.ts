/** Decoding and describing images in this thread. @module */

import { turn } from "../waiting.ts";
import type { Described, Describer } from "./describer.ts";

/** Decodes and describes one image per turn of the event loop, so that others have theirs. */
export class InPlace {
  #waiting = 0;
  #last: Promise<unknown> = Promise.resolve();

  constructor(private readonly describer: Describer) {}

  /** Resolves when all images are described that came so far. */
  get done(): Promise<unknown> {
    return this.#last;
  }

  /**
   * Decodes and describes an image.
   *
   * @param heavy Whether the memory that it takes is to be given back.
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
      : this.#last.then(turn).then(describe);
    const done = () => void this.#waiting--;
    this.#last = result.then(done, done);
    return result;
  }
}
