/**
 * From the bytes of an image to its pixels.
 *
 * @module
 */

import { ImageError } from "../errors.ts";
import type { Decoder, Pixels } from "./decoders/decoder.ts";
import type { ImageHeader } from "./header.ts";
import { isAnimatedWebp } from "./header/webp.ts";
import { checkImage, DEFAULT_LIMITS, type ImageLimits } from "./limits.ts";
import type { ImageType } from "./type.ts";

export type { Pixels };

/** Each decoder is loaded when the first image of its type comes. */
const DECODERS: Record<ImageType, () => Promise<{ decode: Decoder }>> = {
  jpeg: () => import("./decoders/jpeg.ts"),
  png: () => import("./decoders/png.ts"),
  webp: () => import("./decoders/webp.ts"),
  gif: () => import("./decoders/gif.ts"),
};

/**
 * Decodes an image to RGBA as stored: the orientation is not applied. Of an
 * animated GIF it decodes the first picture.
 *
 * It blocks the event loop for as long as the decoder runs.
 *
 * Permissions: read access to Deno's npm cache, where the decoders lie.
 *
 * @throws {ImageError} "unsupported" for another type or an animated WebP,
 * "too-large" over `limits`, "malformed" if it is damaged or cut short.
 */
export async function decodeImage(
  bytes: Uint8Array,
  limits: ImageLimits = DEFAULT_LIMITS,
): Promise<{ header: ImageHeader; pixels: Pixels }> {
  const header = checkImage(bytes, limits);
  if (header.type === "webp" && isAnimatedWebp(bytes)) {
    throw new ImageError(
      "unsupported",
      "Cannot decode image: expected one picture, got a WebP animation",
    );
  }
  const { decode } = await DECODERS[header.type]();
  const pixels = await attempt(decode, bytes, header);
  if (pixels.width !== header.width || pixels.height !== header.height) {
    throw new ImageError(
      "malformed",
      `Cannot decode image: expected ${header.width}×${header.height} pixels as its header says, ` +
        `got ${pixels.width}×${pixels.height}`,
    );
  }
  return { header, pixels };
}

async function attempt(
  decode: Decoder,
  bytes: Uint8Array,
  header: ImageHeader,
): Promise<Pixels> {
  try {
    return await decode(bytes);
  } catch (error) {
    const what = error instanceof Error ? error.message : String(error);
    throw new ImageError(
      "malformed",
      `Cannot decode image: expected a whole ${header.type}, the decoder says: ${what}`,
      { cause: error },
    );
  }
}
