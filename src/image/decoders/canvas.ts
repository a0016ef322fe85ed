/** An image's place on a canvas of another size. @module */

import type { Pixels } from "./decoder.ts";

/** The place of the first image of a file. */
export interface Place {
  readonly canvas: { readonly width: number; readonly height: number };
  /** The image's left upper corner on the canvas. */
  readonly left: number;
  readonly top: number;
}

/** The pixels at their place on a transparent canvas; what reaches out of it is cut off. */
export function placed(pixels: Pixels, { canvas, left, top }: Place): Pixels {
  const { width, height, data } = pixels;
  if (width === canvas.width && height === canvas.height) return pixels;
  const out = new Uint8Array(canvas.width * canvas.height * 4);
  const columns = Math.max(Math.min(width, canvas.width - left), 0);
  const rows = Math.max(Math.min(height, canvas.height - top), 0);
  for (let y = 0; y < rows; y++) {
    const line = data.subarray(y * width * 4, (y * width + columns) * 4);
    out.set(line, ((top + y) * canvas.width + left) * 4);
  }
  return { ...canvas, data: out };
}
