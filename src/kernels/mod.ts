/**
 * The numeric kernels: 128-bit SIMD WebAssembly over one arena of memory.
 *
 * A pointer is a byte offset into the arena, that is a view's `byteOffset`;
 * strides and counts are in elements; values are 32-bit floats unless said
 * otherwise. Kernels do not check what they are given: their callers do, once.
 * The equations and shapes stand with the sources in `assembly/`.
 *
 * @module
 */

import type { ByteKernels } from "./bytes.ts";
import type { ElementwiseKernels } from "./elementwise.ts";
import type { ImageKernels } from "./image.ts";
import type { LinearKernels } from "./linear.ts";
import type { ScalarLossKernels, SoftmaxKernels } from "./losses.ts";
import type { MathKernels } from "./math.ts";
import type { AdaptiveKernels, OptimizerKernels } from "./optimizers.ts";
import type { MatrixKernels } from "./matrix.ts";
import type { PanelKernels } from "./panels.ts";
import type { RandomKernels } from "./random.ts";

/** Everything that kernels.wasm exports. */
export interface Kernels
  extends
    LinearKernels,
    ByteKernels,
    ElementwiseKernels,
    PanelKernels,
    SoftmaxKernels,
    ScalarLossKernels,
    OptimizerKernels,
    AdaptiveKernels,
    RandomKernels,
    MatrixKernels,
    MathKernels,
    ImageKernels {}

const compiled = new Map<string, Promise<WebAssembly.Module>>();

/**
 * The kernels over `memory`, which may be shared among threads. The module is
 * read and compiled once per process.
 */
export async function loadKernels(
  memory: WebAssembly.Memory,
): Promise<Kernels> {
  const shared = !(memory.buffer instanceof ArrayBuffer);
  const module = await compile(shared ? "kernels.shared.wasm" : "kernels.wasm");
  const instance = await WebAssembly.instantiate(module, { env: { memory } });
  return instance.exports as unknown as Kernels;
}

/** Reads and compiles the kernels ahead of their first use. */
export async function prepareKernels(): Promise<void> {
  await compile("kernels.wasm");
}

function compile(name: string): Promise<WebAssembly.Module> {
  const known = compiled.get(name);
  if (known !== undefined) return known;
  const module = Deno.readFile(new URL(name, import.meta.url))
    .then((bytes) => WebAssembly.compile(bytes));
  compiled.set(name, module);
  return module;
}
