/** From the bytes of an image to its descriptor, as the model's own preprocessing has it. @module */

import {
  forgetDecoders,
  type Pixels,
  prepareDecoder,
  usePixels,
} from "../image/decode.ts";
import {
  allocateDescriber,
  describe,
  type DescriberViews,
  type Preprocessing,
} from "../image/descriptor.ts";
import type { ImageHeader } from "../image/header.ts";
import { checkImage, type ImageLimits } from "../image/limits.ts";
import { imageTypeOf } from "../image/type.ts";
import { PLAIN_VIEW } from "../image/view.ts";
import { createArena } from "../kernels/arena.ts";
import { type Kernels, prepareKernels } from "../kernels/mod.ts";
import { isShort } from "./image_cost.ts";
import { now, type Phase } from "./phases.ts";

/** The descriptor of an image, and the time that each part of making it took. */
export interface Described {
  readonly descriptor: Uint8Array;
  readonly phases: readonly Phase[];
}

/** Loads and compiles what describing takes, which needs no model yet. */
export async function prepareDescriber(): Promise<void> {
  await Promise.all([prepareKernels(), prepareDecoder()]);
}

/** Describes images in an arena of its own. */
export class Describer {
  private constructor(
    private readonly kernels: Kernels,
    private readonly views: DescriberViews,
    private readonly preprocessing: Preprocessing,
    private readonly limits: ImageLimits,
  ) {}

  /** Takes the memory. */
  static async create(
    preprocessing: Preprocessing,
    limits: ImageLimits,
  ): Promise<Describer> {
    const { kernels, views } = await createArena((allocate) =>
      allocateDescriber(allocate, preprocessing)
    );
    return new Describer(kernels, views, preprocessing, limits);
  }

  /**
   * Checks an image by its header, and returns that. The scans of a JPEG over 2 MB are
   * counted by {@linkcode describe}, which a worker runs: it takes milliseconds.
   *
   * @throws {ImageError} If it is not an image, or over a limit.
   */
  check(bytes: Uint8Array): ImageHeader {
    return checkImage(bytes, this.limits, isShort(bytes.length));
  }

  /**
   * Decodes and describes an image.
   *
   * @throws {ImageError} If it cannot be decoded, or is over a limit.
   */
  async describe(bytes: Uint8Array): Promise<Described> {
    const start = now();
    return await usePixels(bytes, this.limits, (header, pixels) => {
      const decoded = now();
      const descriptor = this.#describe(header, pixels);
      const phases = [
        { name: "decode", start, duration: decoded - start },
        { name: "describe", start: decoded, duration: now() - decoded },
      ];
      return { descriptor, phases };
    });
  }

  /**
   * Releases the memory of decoders: of all, or of those for other types than that
   * of the image `kept`.
   */
  rest(kept?: Uint8Array): void {
    forgetDecoders(kept && imageTypeOf(kept));
  }

  /**
   * Describes an upright image that is pixels already.
   *
   * @param rgb [height, width, 3], 0…255.
   */
  describePixels(width: number, height: number, rgb: Uint8Array): Uint8Array {
    const data = new Uint8Array(4 * width * height).fill(255);
    for (let pixel = 0; pixel < width * height; pixel++) {
      for (let c = 0; c < 3; c++) data[4 * pixel + c] = rgb[3 * pixel + c]!;
    }
    const header = { type: "png", width, height, orientation: 1 } as const;
    return this.#describe(header, { width, height, data });
  }

  #describe(header: ImageHeader, pixels: Pixels): Uint8Array {
    const { kernels, views, preprocessing } = this;
    const out = new Uint8Array(views.bytes.length);
    describe(kernels, views, preprocessing, header, pixels, PLAIN_VIEW, out);
    return out;
  }
}
