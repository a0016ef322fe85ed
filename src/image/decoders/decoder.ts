/** Decoded pixels: rows from the top, four bytes R, G, B, A (not premultiplied) each. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array | Uint8ClampedArray;
}

/** Decodes one image; any error it throws is about the image. */
export type Decoder = (bytes: Uint8Array) => Pixels | Promise<Pixels>;
