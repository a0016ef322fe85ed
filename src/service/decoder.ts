/** The program's side of a decoding worker. @module */

import { ImageError } from "../errors.ts";
import type { Preprocessing } from "../image/descriptor.ts";
import type { ImageLimits } from "../image/limits.ts";
import type { DecodingReply, DecodingRequest } from "./decoding_worker.ts";
import type { Described } from "./describer.ts";
import { Held } from "./held.ts";
import type { ImageCost } from "./image_cost.ts";

/**
 * One worker, asked one thing at a time. It has the permissions of the program,
 * for Deno narrows those of a worker only behind an unstable flag, and to give one
 * back in a worker is to give it back everywhere.
 */
export class Decoder {
  readonly #worker: Worker;
  #settle:
    | { resolve(reply: DecodingReply): void; reject(error: Error): void }
    | undefined;
  #failure: Error | undefined;
  #grown = false;
  readonly #held = new Held();

  constructor() {
    this.#worker = new Worker(
      new URL("./decoding_worker.ts", import.meta.url),
      { type: "module", name: "decoder" },
    );
    this.#worker.onmessage = ({ data }: MessageEvent<DecodingReply>) =>
      this.#settle?.resolve(data);
    this.#worker.onerror = (event) => {
      event.preventDefault(); // else it would end the program
      this.#fail(new Error(`a decoding worker crashed: ${event.message}`));
    };
  }

  /** Makes ready; comes before everything else. */
  async start(
    preprocessing: Preprocessing,
    limits: ImageLimits,
  ): Promise<void> {
    const reply = await this.#ask({ kind: "start", preprocessing, limits });
    if (reply.kind !== "ready") throw failureOf(reply);
  }

  /** Whether it is better replaced: it failed, or holds memory that it cannot give back. */
  get spent(): boolean {
    return this.#failure !== undefined || this.#grown;
  }

  /** Whether it may hold memory of a heavy image, to use it for the next. */
  get holding(): boolean {
    return this.#held.bytes > 0;
  }

  /**
   * Decodes and describes an image.
   *
   * @throws {ImageError} As usePixels does.
   */
  async describe(image: Uint8Array, cost: ImageCost): Promise<Described> {
    const large = cost.heavy && this.#held.overflows(cost);
    // A copy that is handed over: to have the message copy takes two to three times as long.
    const own = image.slice();
    const reply = await this.#ask(
      { kind: "describe", image: own, large },
      [own.buffer],
    );
    this.#grown = reply.grown;
    if (reply.kind === "described") return reply.described;
    if (reply.kind === "refused") {
      throw new ImageError(reply.reason, reply.message);
    }
    throw this.#failure = failureOf(reply);
  }

  /** Releases the memory of heavy images; a worker that cannot is spent. */
  async rest(): Promise<void> {
    try {
      const reply = await this.#ask({ kind: "rest" });
      this.#grown = reply.grown;
    } catch {
      // stopped or failed
    }
    this.#held.clear();
  }

  /** Stops the worker, whatever it is doing; what it was asked fails with `reason`. */
  stop(reason: Error): void {
    this.#worker.terminate();
    this.#fail(reason);
  }

  #fail(error: Error): void {
    this.#failure = error;
    this.#settle?.reject(error);
  }

  #ask(
    request: DecodingRequest,
    transfer: Transferable[] = [],
  ): Promise<DecodingReply> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    return new Promise<DecodingReply>((resolve, reject) => {
      this.#settle = { resolve, reject };
      this.#worker.postMessage(request, transfer);
    });
  }
}

function failureOf(reply: DecodingReply): Error {
  return new Error(
    reply.kind === "failed"
      ? `a decoding worker failed: ${reply.message}`
      : `a decoding worker replied out of turn with "${reply.kind}"`,
  );
}
