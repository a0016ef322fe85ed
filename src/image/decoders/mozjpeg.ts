/** The WebAssembly of `@jsquash/jpeg`, in the version that deno.json pins. @module */

import type { Names } from "./embind.ts";

/** The names of its imports and exports. */
export const MOZJPEG: Names = {
  letters: "abcdefghijklmnopqrstuvwxyz",
  imports: {
    register: "f",
    value: "k",
    caller: "h",
    construct: "i",
    copy: "v",
    grow: "s",
    countNothing: "u",
    write: "x",
    seek: "p",
    close: "w",
    throw: "o",
    abort: "r",
    exit: "z",
  },
  memory: "A",
  start: "B",
  allocate: "D",
  free: "E",
  table: "F",
  null: 4,
  countAt: 0,
  pixelTypes: 2, // the result's and one more
};
