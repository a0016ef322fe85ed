/**
 * The encoders of the jsquash packages, which the program itself does not need.
 *
 * @module
 */

import jpegFactory from "@jsquash/jpeg/codec/enc/mozjpeg_enc.js";
import { defaultOptions as jpegDefaults } from "@jsquash/jpeg/meta.js";
import webpFactory from "@jsquash/webp/codec/enc/webp_enc.js";
import { defaultOptions as webpDefaults } from "@jsquash/webp/meta.js";
import type { PlainImage } from "./fixtures.ts";

interface Encoder {
  encode(
    data: Uint8ClampedArray,
    width: number,
    height: number,
    options: unknown,
  ): Uint8Array;
}

/** The package's own loader of its WebAssembly file. */
type Factory = (overrides: { noInitialRun: boolean }) => Promise<Encoder>;

const load = (factory: unknown) => (factory as Factory)({ noInitialRun: true });

/** A JPEG file; options as in `@jsquash/jpeg/meta.js`. */
export async function encode(
  { data, width, height }: PlainImage,
  options: Partial<typeof jpegDefaults>,
): Promise<Uint8Array> {
  const encoder = await load(jpegFactory);
  return encoder.encode(data, width, height, { ...jpegDefaults, ...options })
    .slice();
}

/** A WebP file; options as in `@jsquash/webp/meta.js`. */
export async function encodeWebp(
  { data, width, height }: PlainImage,
  options: Partial<typeof webpDefaults> = {},
): Promise<Uint8Array> {
  const encoder = await load(webpFactory);
  return encoder.encode(data, width, height, { ...webpDefaults, ...options })
    .slice();
}
