/** Images as nothing but their pixels, for comparing with descriptors. @module */

import { allocateSquare, drawSquare } from "../image/square.ts";
import { PLAIN_VIEW } from "../image/view.ts";
import { createArena } from "../kernels/arena.ts";
import { loadImage } from "./image.ts";
import type { Origin } from "./source.ts";

/** The options of reading. */
export interface RawPixelOptions {
  readonly signal?: AbortSignal;
  /** Called after every image. */
  onProgress?(done: number, total: number): void;
}

/**
 * Every image squashed to a square: [N] rows of the planes R, G, B of
 * [size][size] bytes.
 *
 * @throws {RangeError} If the size is not a positive multiple of 4.
 * @throws {ImageError} If an image cannot be decoded.
 * @throws The signal's reason if it aborts.
 */
export async function readRawPixels(
  origins: readonly Origin[],
  size: number,
  { signal, onProgress }: RawPixelOptions = {},
): Promise<Uint8Array[]> {
  const { kernels, views } = await createArena((allocate) => ({
    square: allocateSquare(allocate, size),
    planes: allocate.floats(3 * size * size),
  }));
  const rows: Uint8Array[] = [];
  for (const origin of origins) {
    signal?.throwIfAborted();
    const { header, pixels } = await (await loadImage(origin)).decode();
    drawSquare(kernels, views.square, header, pixels, PLAIN_VIEW, views.planes);
    rows.push(Uint8Array.from(views.planes, Math.round));
    onProgress?.(rows.length, origins.length);
  }
  return rows;
}
