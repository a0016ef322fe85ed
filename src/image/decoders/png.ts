/**
 * PNG by the WebAssembly decoder in `imagescript`. It is loaded by itself:
 * the package's own entry asks for a native addon and for the environment.
 *
 * @module
 */

import "imagescript/package.json" with { type: "json" };
import { readPngFrame } from "../header/apng.ts";
import { placed } from "./canvas.ts";
import { type Decoder, MemoryError } from "./decoder.ts";
import { type ModuleDecoder, openModule } from "./module.ts";

/** The module's exports; a pointer is a byte offset into its memory. */
interface Exports {
  readonly memory: WebAssembly.Memory;
  walloc(bytes: number): number;
  /** Decodes to RGBA; returns where, or an error code below 0. */
  decode(pointer: number, bytes: number): number;
  width(): number;
  height(): number;
}

/**
 * Makes a decoder of PNG files of any colour type and bit depth, to eight bits; of
 * an animation, its first frame on a transparent canvas.
 */
export function open(): Promise<Decoder> {
  return openModule("imagescript/wasm/any/png.wasm", decodeFirst);
}

const decodeFirst: ModuleDecoder = async (module, bytes, take, memory) => {
  const frame = readPngFrame(bytes);
  const png = frame?.png ?? bytes;
  const show: typeof take = (pixels) =>
    take(frame === undefined ? pixels : placed(pixels, frame));
  try {
    decode(module, png, show, memory);
  } catch (error) {
    if (error instanceof MemoryError) throw error;
    const { mendedPng } = await import("./png_mend.ts");
    const mended = mendedPng(png);
    if (mended === undefined) throw error;
    decode(module, mended, show, memory);
  }
};

const decode: ModuleDecoder = (module, bytes, take, memory) => {
  // Every image has an instance of its own (0.04 ms, measured by tests/bench/image.ts):
  // its memory never shrinks, and a trap cannot spoil the next one.
  const instance = new WebAssembly.Instance(module, {
    env: { emscripten_notify_memory_growth: () => checkMemory(png, memory) },
  });
  const png = instance.exports as unknown as Exports;
  const input = png.walloc(bytes.length);
  new Uint8Array(png.memory.buffer).set(bytes, input);
  const output = png.decode(input, bytes.length);
  if (output < 0) throw new Error(`damaged data (error ${-output})`);
  const [width, height] = [png.width(), png.height()];
  take({
    width,
    height,
    data: new Uint8Array(png.memory.buffer, output, width * height * 4),
  });
};

function checkMemory(png: Exports, most: number): void {
  if (png.memory.buffer.byteLength <= most) return;
  throw new MemoryError(`it needs more than ${most} bytes of memory`);
}
