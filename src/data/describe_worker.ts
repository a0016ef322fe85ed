/**
 * A worker that loads, decodes and describes one image at a time, and what is
 * said to it and by it. Decoding blocks the event loop: here it is not the
 * program's. Each request has one reply, in order.
 *
 * @module
 */

import { ImageError } from "../errors.ts";
import {
  allocateDescriber,
  describe,
  descriptorLength,
  type Preprocessing,
} from "../image/descriptor.ts";
import { createArena } from "../kernels/arena.ts";
import { type DecodedImage, type LoadedImage, loadImage } from "./image.ts";
import type { Origin } from "./source.ts";
import { viewOf } from "./views.ts";

/** To a worker. */
export type DescribeRequest =
  /** Once, first: how to describe. Replied to with "ready". */
  | { kind: "start"; preprocessing: Preprocessing; views: number }
  /** Get an image's content. Replied to with "loaded" or "unusable". */
  | { kind: "load"; origin: Origin }
  /** Describe the image that was loaded last. Replied to with "described" or "unusable". */
  | { kind: "describe" };

/** From a worker. */
export type DescribeReply =
  | { kind: "ready" }
  /** Sha-256 of the content: a file's bytes, or a drawing's pixels. */
  | { kind: "loaded"; contentHash: string }
  /** Descriptors [views][inputs]. */
  | { kind: "described"; descriptors: Uint8Array<ArrayBuffer> }
  /** The image is to blame. */
  | { kind: "unusable"; reason: string }
  /** The program is to blame. */
  | { kind: "failed"; message: string };

/** The worker's side of the port; `self` is typed as a window. */
const port = self as unknown as {
  onmessage: (event: MessageEvent<DescribeRequest>) => void;
  postMessage(reply: DescribeReply, transfer?: Transferable[]): void;
};

let describeViews:
  | ((image: DecodedImage, contentHash: string) => Uint8Array<ArrayBuffer>)
  | undefined;
/** The image that was loaded last. */
let loaded: LoadedImage | undefined;

port.onmessage = async ({ data }) => {
  const reply = await answer(data);
  port.postMessage(
    reply,
    reply.kind === "described" ? [reply.descriptors.buffer] : [],
  );
};

async function answer(request: DescribeRequest): Promise<DescribeReply> {
  try {
    switch (request.kind) {
      case "start":
        describeViews = await createDescriber(
          request.preprocessing,
          request.views,
        );
        return { kind: "ready" };
      case "load":
        loaded = await loadImage(request.origin);
        return { kind: "loaded", contentHash: loaded.contentHash };
      case "describe": {
        const { contentHash, decode } = loaded!;
        return {
          kind: "described",
          descriptors: describeViews!(await decode(), contentHash),
        };
      }
    }
  } catch (error) {
    if (error instanceof ImageError) {
      return { kind: "unusable", reason: error.message };
    }
    const message = error instanceof Error
      ? error.stack ?? error.message
      : String(error);
    return { kind: "failed", message };
  }
}

async function createDescriber(preprocessing: Preprocessing, count: number) {
  const { kernels, views } = await createArena((allocate) =>
    allocateDescriber(allocate, preprocessing)
  );
  const length = descriptorLength(preprocessing);
  return ({ header, pixels }: DecodedImage, contentHash: string) => {
    const descriptors = new Uint8Array(count * length);
    for (let index = 0; index < count; index++) {
      const out = descriptors.subarray(index * length, (index + 1) * length);
      describe(
        kernels,
        views,
        preprocessing,
        header,
        pixels,
        viewOf(contentHash, index),
        out,
      );
    }
    return descriptors;
  };
}
