/** Pixels on their way into the arena. @module */

import type { SquareKernels } from "../kernels/image.ts";
import type { Pointer } from "../kernels/pointer.ts";
import type { Pixels } from "./decoders/decoder.ts";

/** Bytes behind the pixels: kernels read whole groups of four. */
export const PADDING = 16;

/** A strip of an image's columns, of which some rows at a time are in the arena. */
export class Band {
  readonly columns: number;
  readonly rowBytes: number;
  readonly height: number;
  /** Behind the last row that is in the arena. */
  end = 0;
  #start = 0;

  constructor(
    readonly kernels: SquareKernels,
    readonly block: Uint8Array,
    readonly pixels: Pixels,
    readonly left: number,
    right: number,
    readonly opaque: boolean,
  ) {
    this.columns = right - left;
    this.rowBytes = this.columns * 4;
    this.height = pixels.height;
  }

  /** The place of `row` in the arena, with the rows behind it up to `end`. */
  pointerOf(row: number): Pointer {
    if (row < this.#start || row >= this.end) this.#load(row);
    return this.block.byteOffset + (row - this.#start) * this.rowBytes;
  }

  #load(row: number): void {
    const { rowBytes, block, pixels } = this;
    this.#start = row;
    const capacity = Math.floor((block.length - PADDING) / rowBytes);
    this.end = Math.min(row + capacity, this.height);
    if (this.columns === pixels.width) {
      block.set(pixels.data.subarray(row * rowBytes, this.end * rowBytes));
    } else {
      for (let y = row; y < this.end; y++) {
        const start = (y * pixels.width + this.left) * 4;
        block.set(
          pixels.data.subarray(start, start + rowBytes),
          (y - row) * rowBytes,
        );
      }
    }
    if (!this.opaque) {
      this.kernels.overWhite(block.byteOffset, (this.end - row) * this.columns);
    }
  }
}
