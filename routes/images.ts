/** Images of a request: checked all together, then described one by one. @module */

import { ImageError } from "../src/errors.ts";
import type { Service } from "../src/service/service.ts";
import type { Field } from "./body.ts";
import { imageProblem, problem } from "./problem.ts";

/** How many of the largest images one request may carry, in pixels. */
const IMAGES = 4;

/**
 * Describes images. Every header is checked before anything is decoded, and
 * everything is decoded before anything else is done.
 */
export async function describeImages(
  service: Service,
  images: readonly Field<Uint8Array>[],
  maxPixels: number,
): Promise<Uint8Array[]> {
  let pixels = 0;
  for (const { path, value } of images) {
    if (value.length === 0) {
      throw problem(
        400,
        `Cannot read ${path}: expected an image, got nothing`,
        { field: path },
      );
    }
    pixels += await located(path, () => service.check(value));
    if (pixels > IMAGES * maxPixels) {
      throw problem(
        413,
        `Cannot read ${path}: expected at most ${
          IMAGES * maxPixels
        } pixels in all, got ${pixels}`,
        { field: path },
      );
    }
  }
  const descriptors: Uint8Array[] = [];
  for (const { path, value } of images) {
    descriptors.push(await located(path, () => service.describe(value)));
  }
  return descriptors;
}

async function located<T>(
  path: string,
  work: () => T | Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof ImageError ? imageProblem(error, path) : error;
  }
}
