/** The memory that a decoding worker holds after images. @module */

import type { ImageCost } from "./image_cost.ts";

/**
 * The most bytes that a worker may hold, with those of the image that it decodes; one
 * that needs more finds nothing else held.
 */
const MOST = 200_000_000;

/** Counts the memory that heavy images leave behind until it is released. */
export class Held {
  /** Kept by a decoder for its next image: as much as the largest took. */
  #kept = 0;
  /** Held until the garbage is collected. */
  #garbage = 0;

  /** The most bytes that may be held. */
  get bytes(): number {
    return this.#kept + this.#garbage;
  }

  /**
   * Counts a heavy image that is to be decoded.
   *
   * @returns Whether that is too much, so that the garbage must be collected first, and
   * decoders of other types must release their memory. It is counted as if they had.
   */
  overflows({ memory, after }: Pick<ImageCost, "memory" | "after">): boolean {
    if (after === "kept") this.#kept = Math.max(this.#kept, memory);
    else this.#garbage += memory;
    const much = this.bytes > MOST;
    if (much && after === "kept") this.#garbage = 0;
    else if (much) [this.#kept, this.#garbage] = [0, memory];
    return much;
  }

  /** Counts nothing: all was released. */
  clear(): void {
    this.#kept = this.#garbage = 0;
  }
}
