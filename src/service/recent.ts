/** Predictions of the last hour, by whose ids a correction can name an image. @module */

import { sha256 } from "../model/bits.ts";

/** How long an image can be named, in milliseconds. */
const LIFETIME = 60 * 60 * 1000;
/** Descriptors that are kept at most: some 10 MB. */
const MOST = 2000;

/** Descriptors of images that were predicted, the newest of them. */
export class RecentImages {
  readonly #images = new Map<
    string,
    { descriptor: Uint8Array; until: number }
  >();

  /**
   * Keeps a descriptor for an hour, unless too many come after it. What names it
   * is made of its hash: the same image has the same name.
   */
  async add(descriptor: Uint8Array): Promise<string> {
    const hash = await sha256(descriptor.slice());
    const id = `p-${hash.slice(0, 32)}`;
    this.#images.delete(id); // the newest are the last
    this.#images.set(id, { descriptor, until: Date.now() + LIFETIME });
    if (this.#images.size > MOST) {
      const [oldest] = this.#images.keys();
      this.#images.delete(oldest!);
    }
    return id;
  }

  /** The descriptor of an image by its id; undefined where it is not known, or not any more. */
  find(id: string): Uint8Array | undefined {
    const image = this.#images.get(id);
    return image !== undefined && image.until > Date.now()
      ? image.descriptor
      : undefined;
  }
}
