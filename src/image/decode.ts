/**
 * From the bytes of an image to its pixels.
 *
 * @module
 */

import { ImageError } from "../errors.ts";
import { type Decoder, MemoryError, type Pixels } from "./decoders/decoder.ts";
import * as jpeg from "./decoders/jpeg.ts";
import type { ImageHeader } from "./header.ts";
import {
  checkImage,
  DEFAULT_LIMITS,
  type ImageLimits,
  memoryOf,
} from "./limits.ts";
import type { ImageType } from "./type.ts";

export type { Pixels };

/**
 * The module that opens the decoder of each type. That of JPEG, the likeliest, is
 * loaded from the start. The others must not use top-level await: during one, a second
 * import of the module finds its exports unset in Deno 2.5, and in Deno 2.9 it ends the
 * process by importing more.
 */
const OPENERS: Record<ImageType, () => Promise<{ open(): Promise<Decoder> }>> =
  {
    jpeg: () => Promise.resolve(jpeg),
    png: () => import("./decoders/png.ts"),
    webp: () => import("./decoders/webp.ts"),
    gif: () => import("./decoders/gif.ts"),
  };

/** Characters of a decoder's own message that are shown. */
const MAX_MESSAGE = 120;

/** Decoders that are open, or being opened. */
const decoders = new Map<ImageType, Promise<Decoder>>();

/** A decoder, opened when the first image of its type comes. */
function decoderOf(type: ImageType): Promise<Decoder> {
  const known = decoders.get(type);
  if (known !== undefined) return known;
  const opening = OPENERS[type]().then(({ open }) => open());
  opening.catch(() => decoders.delete(type)); // the next image tries again
  decoders.set(type, opening);
  return opening;
}

/** Prepares for a JPEG, the likeliest first image: half of its time is the decoder's start. */
export async function prepareDecoder(): Promise<void> {
  await decoderOf("jpeg");
}

/**
 * Drops all open decoders but that of the type `kept`, and with them the memory that
 * they have grown to. It is free once the engine has collected its garbage.
 */
export function forgetDecoders(kept?: ImageType): void {
  for (const type of decoders.keys()) {
    if (type !== kept) decoders.delete(type);
  }
}

/**
 * Decodes an image to RGBA as stored (the orientation is not applied) and gives
 * what `use` makes of the pixels. They lie in the decoder's own memory, where
 * only `use` finds them. Of an animation it decodes the first frame.
 *
 * It blocks the event loop for as long as the decoder and `use` run.
 *
 * Permissions: read access to Deno's npm cache, where the decoders lie.
 *
 * @throws {ImageError} "unsupported" for another type, "too-large" over `limits`,
 * "malformed" if it is damaged or cut short, "too-costly" if its decoder asks for
 * more memory than an image of its size can need.
 */
export async function usePixels<T>(
  bytes: Uint8Array,
  limits: ImageLimits,
  use: (header: ImageHeader, pixels: Pixels) => T,
): Promise<T> {
  const header = checkImage(bytes, limits);
  const decode = await decoderOf(header.type);
  // Errors of `use` are not the image's, and must not pass through a decoder.
  let result: { value: T } | { error: unknown } | undefined;
  const take = (pixels: Pixels) => {
    try {
      checkSize(header, pixels);
      result = { value: use(header, pixels) };
    } catch (error) {
      result = { error };
    }
  };
  const memory = memoryOf(header, bytes.length);
  await attempt(() => decode(bytes, take, memory), header);
  if (result === undefined) throw undecodable(header, "there are no pixels");
  if ("error" in result) throw result.error;
  return result.value;
}

/**
 * Decodes an image as {@linkcode usePixels} does, to pixels that may be kept.
 *
 * @throws {ImageError} As it does.
 */
export function decodeImage(
  bytes: Uint8Array,
  limits: ImageLimits = DEFAULT_LIMITS,
): Promise<{ header: ImageHeader; pixels: Pixels }> {
  return usePixels(bytes, limits, (header, { width, height, data }) => ({
    header,
    pixels: { width, height, data: data.slice() },
  }));
}

function checkSize(
  header: ImageHeader,
  { width, height, data }: Pixels,
): void {
  const fits = width === header.width && height === header.height &&
    data.length === width * height * 4;
  if (fits) return;
  throw new ImageError(
    "malformed",
    `Cannot decode image: expected ${header.width}×${header.height} pixels as its header says, ` +
      `got ${width}×${height}`,
  );
}

async function attempt(
  decode: () => void | Promise<void>,
  header: ImageHeader,
): Promise<void> {
  try {
    await decode();
  } catch (error) {
    throw undecodable(header, error);
  }
}

function undecodable({ type }: ImageHeader, cause: unknown): ImageError {
  const costly = cause instanceof MemoryError;
  const what = cause instanceof Error ? cause.message : String(cause);
  return new ImageError(
    costly ? "too-costly" : "malformed",
    `Cannot decode image: expected ${
      costly ? "an ordinary" : "a whole"
    } ${type}, ` +
      `the decoder says: ${what.slice(0, MAX_MESSAGE)}`,
    { cause },
  );
}
