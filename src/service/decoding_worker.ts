/**
 * A worker that decodes and describes one image at a time, and what is said to it
 * and by it. Each request has one reply, in order.
 *
 * @module
 */

import { ImageError, type ImageErrorReason } from "../errors.ts";
import type { Preprocessing } from "../image/descriptor.ts";
import type { ImageLimits } from "../image/limits.ts";
import { type Described, Describer, prepareDescriber } from "./describer.ts";
import { collectGarbage } from "./garbage.ts";

/** To a worker. */
export type DecodingRequest =
  /** Once, first: how to describe. Replied to with "ready". */
  | { kind: "start"; preprocessing: Preprocessing; limits: ImageLimits }
  /** Replied to with "described", "refused" or "failed". */
  | {
    kind: "describe";
    image: Uint8Array<ArrayBuffer>;
    /** Whether decoders of other types must release their memory first. */
    large: boolean;
  }
  /** Releases the memory of decoders. Replied to with "rested". */
  | { kind: "rest" };

/** From a worker. */
export type DecodingReply =
  & DecodingResult
  /** Whether memory could not be given back: the worker is better replaced. */
  & { readonly grown: boolean };

type DecodingResult =
  | { kind: "ready" }
  | { kind: "rested" }
  | { kind: "described"; described: Described }
  /** The image is to blame. */
  | { kind: "refused"; reason: ImageErrorReason; message: string }
  /** The program is to blame. */
  | { kind: "failed"; message: string };

/** The worker's side of the port; `self` is typed as a window. */
const port = self as unknown as {
  onmessage: (event: MessageEvent<DecodingRequest>) => void;
  postMessage(reply: DecodingReply, transfer?: Transferable[]): void;
};

let describer: Promise<Describer> | undefined;

port.onmessage = async ({ data }) => {
  const grown = !await released(data);
  const reply = { ...await answer(data), grown };
  const own = reply.kind === "described"
    ? [reply.described.descriptor.buffer]
    : [];
  port.postMessage(reply, own as Transferable[]);
};

/** Releases the memory that a request wants released; false if that cannot be done here. */
async function released(request: DecodingRequest): Promise<boolean> {
  if (request.kind === "start") return true;
  if (request.kind === "describe" && !request.large) return true;
  (await describer!).rest(
    request.kind === "describe" ? request.image : undefined,
  );
  return await collectGarbage();
}

async function answer(request: DecodingRequest): Promise<DecodingResult> {
  try {
    if (request.kind === "start") {
      const { preprocessing, limits } = request;
      describer = Describer.create(preprocessing, limits);
      await Promise.all([describer, prepareDescriber()]);
      return { kind: "ready" };
    }
    if (request.kind === "rest") return { kind: "rested" };
    const { image } = request;
    try {
      const described = await (await describer!).describe(image);
      return { kind: "described", described };
    } finally {
      image.buffer.transfer(0); // left to the garbage, it would stay for long
    }
  } catch (error) {
    if (error instanceof ImageError) {
      return { kind: "refused", reason: error.reason, message: error.message };
    }
    const message = error instanceof Error
      ? error.stack ?? error.message
      : String(error);
    return { kind: "failed", message };
  }
}
