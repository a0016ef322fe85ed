/** One image of a source, from where it is to its pixels. @module */

import { ImageError } from "../errors.ts";
import { decodeImage, type Pixels } from "../image/decode.ts";
import type { ImageHeader } from "../image/header.ts";
import { COMMAND_LIMITS } from "../image/limits.ts";
import { sha256 } from "../model/bits.ts";
import { drawSketch } from "../sketches/draw.ts";
import type { Origin } from "./source.ts";

/** A decoded image. */
export interface DecodedImage {
  readonly header: ImageHeader;
  readonly pixels: Pixels;
}

/** An image whose content is known, but not yet its pixels. */
export interface LoadedImage {
  /** Sha-256 of a file's bytes, or of a drawing's pixels. */
  readonly contentHash: string;
  /** Decodes it. Rejects with an ImageError if it cannot be decoded. */
  decode(): Promise<DecodedImage>;
}

/**
 * Loads an image: reads its file, or draws it.
 *
 * @throws {ImageError} If the file cannot be read or is too large.
 */
export async function loadImage(origin: Origin): Promise<LoadedImage> {
  if (origin.kind === "file") {
    const bytes = await readImage(origin.path);
    return {
      contentHash: await sha256(bytes),
      decode: () => decodeImage(bytes, COMMAND_LIMITS),
    };
  }
  const pixels = drawSketch(origin.look, origin.item, origin.variant);
  const { width, height } = pixels;
  const header: ImageHeader = { type: "png", width, height, orientation: 1 };
  return {
    contentHash: await sha256(pixels.data),
    decode: () => Promise.resolve({ header, pixels }),
  };
}

/** The bytes of a file that is not too large to be an image. */
async function readImage(path: string): Promise<Uint8Array<ArrayBuffer>> {
  try {
    const { size } = await Deno.stat(path);
    if (size <= COMMAND_LIMITS.bytes) return await Deno.readFile(path);
    throw new ImageError(
      "too-large",
      `Cannot read image: expected at most ${COMMAND_LIMITS.bytes} bytes, got ${size}`,
    );
  } catch (error) {
    if (error instanceof ImageError) throw error;
    const message = error instanceof Error ? error.message : String(error);
    throw new ImageError("malformed", `Cannot read image: ${message}`, {
      cause: error,
    });
  }
}
