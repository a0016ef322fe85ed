/** Images of a request: checked all together, then described. @module */

import { ImageError } from "../src/errors.ts";
import type { ImageHeader } from "../src/image/header.ts";
import type { RequestLimits } from "../src/service/limits.ts";
import type { DescribeOptions, Service } from "../src/service/service.ts";
import type { Field } from "./body.ts";
import { imageProblem, problem } from "./problem.ts";

/** The pixels that all images of a request may have together, as a multiple of MAX_PIXELS. */
const IMAGES = 4;

/**
 * Describes images. Every header is checked before anything is decoded, and
 * everything is decoded before anything else is done.
 */
export async function describeImages(
  service: Service,
  images: readonly Field<Uint8Array>[],
  { pixels: maxPixels }: Pick<RequestLimits, "pixels">,
  options: DescribeOptions,
): Promise<Uint8Array[]> {
  const headers = checkAll(service, images, maxPixels);
  const each = { ...options, request: {} };
  const describing = images.map(({ path, value }, i) =>
    located(path, () => service.describe(value, headers[i], each))
  );
  // The answer releases the body: no image may still wait for its turn then.
  await Promise.allSettled(describing);
  return await Promise.all(describing);
}

function checkAll(
  service: Service,
  images: readonly Field<Uint8Array>[],
  maxPixels: number,
): ImageHeader[] {
  let pixels = 0;
  return images.map(({ path, value }) => {
    if (value.length === 0) {
      throw problem(
        400,
        `Cannot read ${path}: expected an image, got nothing`,
        { field: path },
      );
    }
    const header = checked(path, () => service.check(value));
    pixels += header.width * header.height;
    if (pixels > IMAGES * maxPixels) {
      throw problem(
        413,
        `Cannot read ${path}: expected at most ${
          IMAGES * maxPixels
        } pixels in all images together (four times MAX_PIXELS), got ${pixels}`,
        { field: path },
      );
    }
    return header;
  });
}

function checked<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof ImageError ? imageProblem(error, path) : error;
  }
}

async function located<T>(
  path: string,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof ImageError ? imageProblem(error, path) : error;
  }
}
