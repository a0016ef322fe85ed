/**
 * The main thread's side of a describe worker.
 *
 * @module
 */

import type { Preprocessing } from "../image/descriptor.ts";
import type { DescribeReply, DescribeRequest } from "./describe_worker.ts";
import type { Origin } from "./source.ts";

/** An image that cannot be used, and why. */
export interface Unusable {
  unusable: string;
}

/**
 * One worker, asked one thing at a time. Terminate it, or declare it with
 * `using`. It has the permissions of the program: Deno narrows a worker's only
 * behind an unstable flag.
 */
export class DescribeClient implements Disposable {
  readonly #worker: Worker;
  #settle:
    | { resolve(reply: DescribeReply): void; reject(error: Error): void }
    | undefined;
  #failure: Error | undefined;

  constructor() {
    this.#worker = new Worker(
      new URL("./describe_worker.ts", import.meta.url),
      {
        type: "module",
        name: "describe",
      },
    );
    this.#worker.onmessage = ({ data }: MessageEvent<DescribeReply>) =>
      this.#settle?.resolve(data);
    this.#worker.onerror = (event) => {
      event.preventDefault(); // else it would end the program without a message
      this.#failure = new Error(
        `Cannot describe images: a worker crashed: ${event.message}`,
      );
      this.#settle?.reject(this.#failure);
    };
  }

  /** Prepares for making `views` views of each image; comes before everything else. */
  async start(preprocessing: Preprocessing, views: number): Promise<void> {
    await this.#ask({ kind: "start", preprocessing, views });
  }

  /** Loads an image and says which it is, by the sha-256 of its content. */
  async load(origin: Origin): Promise<{ contentHash: string } | Unusable> {
    const reply = await this.#ask({ kind: "load", origin });
    if (reply.kind === "loaded") return { contentHash: reply.contentHash };
    return unusable(reply);
  }

  /** Describes the image that was loaded last: [views][inputs]. */
  async describe(): Promise<{ descriptors: Uint8Array } | Unusable> {
    const reply = await this.#ask({ kind: "describe" });
    if (reply.kind === "described") return { descriptors: reply.descriptors };
    return unusable(reply);
  }

  /** Stops the worker, whatever it is doing. */
  [Symbol.dispose](): void {
    this.#worker.terminate();
  }

  async #ask(request: DescribeRequest): Promise<DescribeReply> {
    if (this.#failure !== undefined) throw this.#failure;
    const reply = await new Promise<DescribeReply>((resolve, reject) => {
      this.#settle = { resolve, reject };
      this.#worker.postMessage(request);
    });
    if (reply.kind === "failed") {
      throw new Error(
        `Cannot describe images: a worker failed: ${reply.message}`,
      );
    }
    return reply;
  }
}

function unusable(reply: DescribeReply): Unusable {
  if (reply.kind === "unusable") return { unusable: reply.reason };
  throw new Error(
    `Cannot describe images: a worker replied out of turn with "${reply.kind}"`,
  );
}
