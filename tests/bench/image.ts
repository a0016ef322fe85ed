/** What an image costs: decoding it, and describing what was decoded. @module */

import { decodeImage, usePixels } from "../../src/image/decode.ts";
import {
  allocateDescriber,
  describe,
  descriptorLength,
  PREPROCESSING,
} from "../../src/image/descriptor.ts";
import { DEFAULT_LIMITS } from "../../src/image/limits.ts";
import { drawSquare } from "../../src/image/square.ts";
import { PLAIN_VIEW } from "../../src/image/view.ts";
import { createArena } from "../../src/kernels/arena.ts";
import { encodeJpeg, encodePng, encodeWebp } from "../image/fixtures.ts";
import type { Figure } from "./figures.ts";
import { photo, photoJpeg } from "./photos.ts";
import { timeOf } from "./timing.ts";

const SIZES = [16, 300, 1000];

/** Times the decoder of each type. */
export async function* decode(): AsyncGenerator<Figure> {
  for (const size of SIZES) {
    const image = photo(size);
    const images = {
      JPEG: await encodeJpeg(image),
      PNG: encodePng(image),
      WebP: await encodeWebp(image),
    };
    for (const [type, image] of Object.entries(images)) {
      yield {
        bench: "decode",
        name: `decode a ${type}, ${size}×${size}`,
        value: await timeOf(() => usePixels(image, DEFAULT_LIMITS, () => {})),
        unit: "ms",
      };
    }
  }
}

/** Times the way from pixels to the descriptor. */
export async function* descriptor(): AsyncGenerator<Figure> {
  const { kernels, views } = await createArena((allocate) =>
    allocateDescriber(allocate, PREPROCESSING)
  );
  const out = new Uint8Array(descriptorLength(PREPROCESSING));
  for (const size of SIZES) {
    const { header, pixels } = await decodeImage(await photoJpeg(size));
    const figure = { bench: "descriptor", unit: "ms" } as const;
    yield {
      ...figure,
      name: `average to a square, ${size}×${size}`,
      value: await timeOf(() =>
        drawSquare(
          kernels,
          views.square,
          header,
          pixels,
          PLAIN_VIEW,
          views.planes,
        )
      ),
    };
    yield {
      ...figure,
      name: `average and describe, ${size}×${size}`,
      value: await timeOf(() =>
        describe(kernels, views, PREPROCESSING, header, pixels, PLAIN_VIEW, out)
      ),
    };
  }
}
