/**
 * One block of memory for everything that the kernels touch, sized once.
 *
 * @module
 */

import { CapacityError } from "../errors.ts";
import { type Kernels, loadKernels } from "./mod.ts";

/** Hands out zeroed blocks of the arena, each on a 64-byte boundary. */
export interface Allocator {
  /** 32-bit floats. */
  floats(length: number): Float32Array;
  /** 64-bit floats. */
  doubles(length: number): Float64Array;
  /** 32-bit integers. */
  ints(length: number): Int32Array;
  /** Unsigned bytes. */
  bytes(length: number): Uint8Array;
}

const PAGE = 65536;
/** A cache line. */
const ALIGNMENT = 64;
/** The most bytes that an arena may have. */
export const MAX_BYTES = 2 ** 32;

/**
 * Makes an arena that just holds what `layout` allocates, and the kernels over it.
 *
 * `layout` runs twice: once to count, when every array it gets has length 0, and
 * once on the memory. It must only allocate, and the same both times. The memory
 * never grows, so that no view is ever detached.
 *
 * @throws {CapacityError} If more than 4 GiB are asked for.
 * @throws {RangeError} If a length is not a whole number ≥ 0.
 */
export async function createArena<V>(
  layout: (allocate: Allocator) => V,
): Promise<{ kernels: Kernels; views: V }> {
  const { memory, views } = layOut(layout, false);
  return { kernels: await loadKernels(memory), views };
}

/**
 * Makes the memory of an arena without kernels, `shared` among threads or not.
 *
 * @throws {RangeError} As {@linkcode createArena} does.
 */
export function layOut<V>(
  layout: (allocate: Allocator) => V,
  shared: boolean,
): { memory: WebAssembly.Memory; views: V } {
  // The first page is for the kernels' own constants.
  let counted = PAGE;
  layout(allocator((size) => {
    counted += size;
    return undefined;
  }));
  if (counted > MAX_BYTES) throw new CapacityError(counted);
  const pages = Math.ceil(counted / PAGE);
  const memory = new WebAssembly.Memory({
    initial: pages,
    maximum: pages,
    shared,
  });
  let next = PAGE;
  const views = layout(allocator((size) => {
    const offset = next;
    next += size;
    if (next > counted) {
      throw new RangeError(
        "Cannot lay out an arena: expected the same blocks twice",
      );
    }
    return { buffer: memory.buffer as ArrayBuffer, offset };
  }));
  return { memory, views };
}

type Place = { buffer: ArrayBuffer; offset: number } | undefined;
type Constructor<T> = {
  new (length: number): T;
  new (buffer: ArrayBuffer, offset: number, length: number): T;
};

/** An allocator that asks `take` for the place of each block, by its size in bytes. */
function allocator(take: (size: number) => Place): Allocator {
  const allocate = <T>(
    view: Constructor<T>,
    bytesPerElement: number,
    length: number,
  ): T => {
    if (!Number.isSafeInteger(length) || length < 0) {
      throw new RangeError(
        `Cannot allocate a block: expected a whole length, got ${length}`,
      );
    }
    const size = Math.ceil(length * bytesPerElement / ALIGNMENT) * ALIGNMENT;
    const place = take(size);
    return place === undefined
      ? new view(0)
      : new view(place.buffer, place.offset, length);
  };
  return {
    floats: (length) => allocate<Float32Array>(Float32Array, 4, length),
    doubles: (length) => allocate<Float64Array>(Float64Array, 8, length),
    ints: (length) => allocate<Int32Array>(Int32Array, 4, length),
    bytes: (length) => allocate<Uint8Array>(Uint8Array, 1, length),
  };
}
