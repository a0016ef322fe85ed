/// <reference lib="webworker" />
/** The pixels of an image that a browser has decoded. @module */

import type { Pixels } from "../image/decode.ts";

/** One canvas for all images: frames of a camera have one size. */
let context: OffscreenCanvasRenderingContext2D | undefined;

/**
 * Copies out the pixels of an image, as RGBA.
 *
 * The bytes are the image's own where it is opaque: a canvas holds colours times
 * opacity, and rounds them.
 */
export function pixelsOf(image: ImageBitmap): Pixels {
  const { width, height } = image;
  context ??= canvasContext();
  const { canvas } = context;
  if (canvas.width === width && canvas.height === height) {
    context.clearRect(0, 0, width, height);
  } else { // which clears it
    canvas.width = width;
    canvas.height = height;
  }
  context.drawImage(image, 0, 0);
  const { data } = context.getImageData(0, 0, width, height);
  return { width, height, data };
}

function canvasContext(): OffscreenCanvasRenderingContext2D {
  const canvas = new OffscreenCanvas(1, 1);
  // Kept in memory, not in a graphics card: every frame is read.
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (context !== null) return context;
  throw new Error("Cannot read pixels: expected a 2D canvas, got none");
}
