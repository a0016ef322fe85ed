/**
 * What a picture costs: `deno bench --allow-read tests/bench/image_bench.ts`.
 *
 * @module
 */

import { decodeImage } from "../../src/image/decode.ts";
import {
  allocateDescriber,
  describe,
  descriptorLength,
  PREPROCESSING,
} from "../../src/image/descriptor.ts";
import { drawSquare } from "../../src/image/square.ts";
import { PLAIN_VIEW } from "../../src/image/view.ts";
import { createArena } from "../../src/kernels/arena.ts";
import { encodeJpeg, encodePng, encodeWebp, paint } from "../image/fixtures.ts";

const { kernels, views } = await createArena((a) =>
  allocateDescriber(a, PREPROCESSING)
);
const out = new Uint8Array(descriptorLength(PREPROCESSING));

/** Structure at several scales, as in a photo. */
const photo = (size: number) =>
  paint(size, size, (x, y) => {
    const [u, v] = [x / size, y / size];
    const wave = Math.sin(9 * u + 5 * v) + Math.sin(40 * u * v) +
      Math.sin(170 * u - 90 * v) / 3;
    return [128 + 50 * wave, 100 + 90 * u * wave, 255 * v, 255];
  });

for (const size of [16, 300, 1000]) {
  const picture = photo(size);
  const images = {
    JPEG: await encodeJpeg(picture),
    PNG: encodePng(picture),
    WebP: await encodeWebp(picture),
  };
  const group = `${size}×${size}`;
  for (const [type, image] of Object.entries(images)) {
    Deno.bench(`decode ${type}, ${group}`, { group }, async () => {
      await decodeImage(image);
    });
  }
  const { header, pixels } = await decodeImage(images.JPEG);
  Deno.bench(`draw the square, ${group}`, { group }, () => {
    drawSquare(kernels, views.square, header, pixels, PLAIN_VIEW, views.planes);
  });
  Deno.bench(`draw the square and describe it, ${group}`, { group }, () => {
    describe(kernels, views, PREPROCESSING, header, pixels, PLAIN_VIEW, out);
  });
}
