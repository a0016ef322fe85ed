/** Images predicted in the last hour, which corrections can refer to by id. @module */

import { sha256 } from "../model/bits.ts";

/** Milliseconds for which an id is valid. */
const LIFETIME = 60 * 60 * 1000;
/** The most descriptors that are kept: some 10 MB. */
const MOST = 2000;

/** The descriptors of the newest predicted images. */
export class RecentImages {
  readonly #images = new Map<
    string,
    { descriptor: Uint8Array; until: number }
  >();

  /**
   * Keeps a descriptor for an hour, unless too many come after it, and returns its id.
   * That is made from its hash: the same image has the same id.
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

  /** The descriptor of an image by its id; undefined if the id is unknown or has expired. */
  find(id: string): Uint8Array | undefined {
    const image = this.#images.get(id);
    return image !== undefined && image.until > Date.now()
      ? image.descriptor
      : undefined;
  }
}
