/** Small images for reports. @module */

import jpegFactory from "@jsquash/jpeg/codec/enc/mozjpeg_enc.js";
import { defaultOptions } from "@jsquash/jpeg/meta.js";
import { loadImage } from "../data/image.ts";
import type { Origin } from "../data/source.ts";
import { allocateSquare, drawSquare } from "../image/square.ts";
import { PLAIN_VIEW } from "../image/view.ts";
import { createArena } from "../kernels/arena.ts";

/** Side of a thumbnail, in pixels. */
const SIZE = 128;

interface Encoder {
  encode(
    data: Uint8ClampedArray,
    width: number,
    height: number,
    options: typeof defaultOptions,
  ): Uint8Array;
}

/**
 * Makes a function that turns an image into a square JPEG of 128 pixels, as a
 * `data:` URL; the image is squeezed as the model sees it.
 */
export async function createThumbnailer(): Promise<
  (origin: Origin) => Promise<string>
> {
  const load = jpegFactory as unknown as (options: object) => Promise<Encoder>;
  const encoder = await load({ noInitialRun: true });
  const { kernels, views } = await createArena((allocate) => ({
    square: allocateSquare(allocate, SIZE),
    planes: allocate.floats(3 * SIZE * SIZE),
  }));
  return async (origin) => {
    const { header, pixels } = await (await loadImage(origin)).decode();
    drawSquare(kernels, views.square, header, pixels, PLAIN_VIEW, views.planes);
    const jpeg = encoder.encode(
      interleaved(views.planes),
      SIZE,
      SIZE,
      defaultOptions,
    );
    return `data:image/jpeg;base64,${new Uint8Array(jpeg).toBase64()}`;
  };
}

/** Planes R, G, B as opaque RGBA pixels. */
function interleaved(planes: Float32Array): Uint8ClampedArray {
  const count = planes.length / 3;
  return Uint8ClampedArray.from(
    { length: 4 * count },
    (_, i) => i % 4 === 3 ? 255 : planes[(i % 4) * count + (i >> 2)]!,
  );
}
