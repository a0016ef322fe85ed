/** Decoded pixels: rows from the top, four bytes R, G, B, A (not premultiplied) each. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array | Uint8ClampedArray;
}

/**
 * Decodes one image and hands it to `take`, which must not throw: the pixels
 * lie in the decoder's own memory and are gone when `take` returns. Any error is
 * about the image, and may come after `take` was called.
 *
 * `memory` is the most bytes that the decoder may take, where it can be bounded.
 */
export type Decoder = (
  bytes: Uint8Array,
  take: (pixels: Pixels) => void,
  memory: number,
) => void | Promise<void>;

/** A decoder needed more memory than its image may take. */
export class MemoryError extends Error {
  override readonly name = "MemoryError";
}
