/**
 * Runs the decoders of the jsquash packages, each in an instance that is used
 * again while that is safe.
 *
 * @module
 */

import { MemoryError, type Pixels } from "./decoder.ts";

/** The host of an instance, which receives its output. */
export interface Host {
  /** Takes a line that it prints. */
  print(line: string): void;
  /** Takes the image that it finds, as a {@linkcode Decoder}'s `take` does. */
  take(pixels: Pixels): void;
}

/** A running decoder. */
export interface Instance {
  /** Whether it asked for more memory than allowed. */
  readonly starved: boolean;
  /** Decodes an image for its host; false if there is no image in it. */
  decode(bytes: Uint8Array, memory: number, tail?: Uint8Array): boolean;
}

/** Options of a codec. */
export interface CodecOptions {
  /** Whether an instance may decode another image after one that went well. Default true. */
  readonly reuse?: boolean;
  /** Bytes to append to every file. */
  readonly tail?: Uint8Array;
  /** Whether a printed line reports no loss of data. Default: none does. */
  readonly isHarmless?: (line: string) => boolean;
}

/** Lines of one image that are looked at. */
const MAX_LINES = 100;

/** A codec that is ready to decode. */
export class Codec {
  #idle: Instance | undefined;
  #log: string[] = [];
  #take: (pixels: Pixels) => void = () => {};
  readonly #host: Host = {
    print: (line) => {
      if (this.#log.length < MAX_LINES) this.#log.push(line);
    },
    take: (pixels) => this.#take(pixels),
  };

  /** @param instantiate Makes an instance that tells its host. */
  constructor(
    private readonly instantiate: (host: Host) => Instance,
    private readonly options: CodecOptions = {},
  ) {}

  /**
   * Decodes `bytes` as a {@linkcode Decoder} does. After an error the instance is
   * dropped: a trap leaves it in an unknown state. After an image it keeps its memory:
   * to allocate as much again for every large image, and to free it, would block all
   * threads of the process.
   *
   * @throws {MemoryError} If it needs more than `memory`.
   * @throws {Error} With what the codec printed, if it cannot decode them or
   * had to make up what was missing.
   */
  decode(
    bytes: Uint8Array,
    take: (pixels: Pixels) => void,
    memory: number,
  ): void {
    const { reuse = true, tail, isHarmless = () => false } = this.options;
    const instance = this.#idle ?? this.instantiate(this.#host);
    this.#idle = undefined;
    this.#log = [];
    this.#take = take;
    if (!this.#run(instance, bytes, memory, tail)) {
      throw new Error(this.#log.at(-1) ?? "the decoder found no pixels");
    }
    if (reuse) this.#idle = instance;
    const lost = this.#log.find((line) => !isHarmless(line));
    if (lost !== undefined) throw new Error(lost);
  }

  #run(
    instance: Instance,
    bytes: Uint8Array,
    memory: number,
    tail: Uint8Array | undefined,
  ): boolean {
    try {
      const found = instance.decode(bytes, memory, tail);
      if (found || !instance.starved) return found;
    } catch (error) {
      if (!instance.starved) {
        throw new Error(this.#log.at(-1) ?? "the decoder failed", {
          cause: error,
        });
      }
    }
    throw new MemoryError(`it needs more than ${memory} bytes of memory`);
  }
}
