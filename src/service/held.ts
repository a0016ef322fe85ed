/** What a decoding worker holds of the images that it has decoded. @module */

import type { ImageCost } from "./image_cost.ts";

/** Bytes that a worker may hold, with those of the image that it decodes. */
const MOST = 300_000_000;

/** Counts what heavy images leave behind until it is given back. */
export class Held {
  /** What a decoder keeps for its next image: as much as the largest took. */
  #kept = 0;
  /** What lies there until the garbage is collected. */
  #garbage = 0;

  /** At most so many bytes are held. */
  get bytes(): number {
    return this.#kept + this.#garbage;
  }

  /**
   * Counts a heavy image that is to be decoded.
   *
   * @returns Whether that would be too much: first the garbage is to be collected,
   * and what the decoders of other types keep given back. It is counted as if that was done.
   */
  overflows({ memory, after }: Pick<ImageCost, "memory" | "after">): boolean {
    if (after === "kept") this.#kept = Math.max(this.#kept, memory);
    else this.#garbage += memory;
    const much = this.bytes > MOST;
    if (much && after === "kept") this.#garbage = 0;
    else if (much) [this.#kept, this.#garbage] = [0, memory];
    return much;
  }

  /** All of it was given back. */
  clear(): void {
    this.#kept = this.#garbage = 0;
  }
}
