/** Images to measure on, drawn rather than kept. @module */

import { encodeJpeg, paint, type PlainImage } from "../image/fixtures.ts";

/** A square image with structure at several scales, as a photograph has. */
export function photo(size: number): PlainImage {
  return paint(size, size, (x, y) => {
    const [u, v] = [x / size, y / size];
    const wave = Math.sin(9 * u + 5 * v) + Math.sin(40 * u * v) +
      Math.sin(170 * u - 90 * v) / 3;
    return [128 + 50 * wave, 100 + 90 * u * wave, 255 * v, 255];
  });
}

/** The same as a JPEG. */
export async function photoJpeg(
  size: number,
): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await encodeJpeg(photo(size)));
}
