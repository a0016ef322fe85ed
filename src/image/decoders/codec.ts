/**
 * Runs the decoders of the jsquash packages, each in an instance that is used
 * again while that is safe.
 *
 * @module
 */

import type { Pixels } from "./decoder.ts";

/** The host of an instance, which takes what that prints and finds. */
export interface Host {
  /** Takes a line that it prints. */
  print(line: string): void;
  /** Takes the image that it finds, as a {@linkcode Decoder}'s `take` does. */
  take(pixels: Pixels): void;
}

/** A running decoder. */
export interface Instance {
  /** Decodes an image for its host; false if there is no image in it. */
  decode(bytes: Uint8Array): boolean;
}

/** An image of this size has grown the instance's memory, which cannot shrink. */
const PIXELS_KEPT = 4_000_000;

/** A codec that is ready to decode. */
export class Codec {
  #idle: Instance | undefined;
  #log: string[] = [];
  #take: (pixels: Pixels) => void = () => {};
  readonly #host: Host = {
    print: (line) => void this.#log.push(line),
    take: (pixels) => this.#take(pixels),
  };

  /** @param instantiate Makes an instance that tells its host. */
  constructor(
    private readonly instantiate: (host: Host) => Instance | Promise<Instance>,
  ) {}

  /**
   * Decodes `bytes` as a {@linkcode Decoder} does. After an error or a large
   * image the instance is dropped: a trap leaves it in an unknown state, and its
   * memory never shrinks.
   *
   * @throws {Error} With what the codec printed, if it cannot decode them or
   * had to make up what was missing.
   */
  async decode(
    bytes: Uint8Array,
    take: (pixels: Pixels) => void,
  ): Promise<void> {
    const instance = this.#idle ?? await this.instantiate(this.#host);
    this.#idle = undefined;
    this.#log = [];
    let area = 0;
    this.#take = (pixels) => {
      area = pixels.width * pixels.height;
      take(pixels);
    };
    let found: boolean;
    try {
      found = instance.decode(bytes);
    } catch (error) {
      throw new Error(this.#log.at(-1) ?? "the decoder failed", {
        cause: error,
      });
    }
    if (!found) {
      throw new Error(this.#log.at(-1) ?? "the decoder found no pixels");
    }
    if (area < PIXELS_KEPT) this.#idle = instance;
    const cut = this.#log.find((line) => line.startsWith("Premature end"));
    if (cut !== undefined) throw new Error(cut);
  }
}
