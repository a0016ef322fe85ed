/**
 * The numeric kernels: 128-bit SIMD WebAssembly over one arena of memory.
 *
 * A pointer is a byte offset into the arena, that is a view's `byteOffset`;
 * strides and counts are in elements; values are 32-bit floats unless said
 * otherwise. Kernels do not check what they are given: their callers do, once.
 * Those with many arguments take them by name. The equations and shapes stand with
 * the sources in `assembly/`.
 *
 * @module
 */

import type { ByteKernels } from "./bytes.ts";
import type { ElementwiseKernels } from "./elementwise.ts";
import type { ImageKernels } from "./image.ts";
import type { LinearKernels } from "./linear.ts";
import type { ScalarLossKernels, SoftmaxKernels } from "./losses.ts";
import type { MathKernels } from "./math.ts";
import type { MatrixKernels } from "./matrix.ts";
import { type MultiplyAddKernels, roundsOnce } from "./multiply_add.ts";
import type { AdaptiveKernels, OptimizerKernels } from "./optimizers.ts";
import type { PanelKernels } from "./panels.ts";
import type { RandomKernels } from "./random.ts";
import { namedCalls } from "./signatures.ts";

/** Everything that kernels.wasm exports. */
export interface Kernels
  extends
    LinearKernels,
    MultiplyAddKernels,
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

/**
 * A build of the kernels: "fused" has the machine's own multiply-add, "emulated"
 * computes the same bits where the machine rounds its product too.
 */
export type KernelBuild = "fused" | "emulated";

const compiled = new Map<string, Promise<WebAssembly.Module>>();
/** The build for this machine; unknown until the first kernels are loaded. */
let buildHere: KernelBuild | undefined;

/**
 * The kernels over `memory`, which may be shared among threads: of the given build,
 * or of the one that this machine needs. The module is read and compiled once per
 * process.
 */
export async function loadKernels(
  memory: WebAssembly.Memory,
  build = buildHere,
): Promise<Kernels> {
  if (build !== undefined) return await instantiate(memory, build);
  const kernels = await instantiate(memory, "fused").catch(unlessUnknown);
  const fits = kernels !== undefined && roundsOnce(kernels);
  buildHere = fits ? "fused" : "emulated";
  return fits ? kernels : await instantiate(memory, buildHere);
}

/** Browsers without relaxed SIMD do not compile the fused build. */
function unlessUnknown(error: unknown): undefined {
  if (!(error instanceof WebAssembly.CompileError)) throw error;
}

/** The build that {@linkcode loadKernels} takes on this machine. */
export async function kernelBuild(): Promise<KernelBuild> {
  if (buildHere === undefined) {
    await loadKernels(new WebAssembly.Memory({ initial: 1, maximum: 1 }));
  }
  return buildHere!;
}

/** Reads and compiles the kernels ahead of their first use. */
export async function prepareKernels(): Promise<void> {
  await compile("kernels.wasm");
}

async function instantiate(
  memory: WebAssembly.Memory,
  build: KernelBuild,
): Promise<Kernels> {
  const shared = !(memory.buffer instanceof ArrayBuffer);
  const module = await compile(
    `kernels${build === "emulated" ? ".emulated" : ""}${
      shared ? ".shared" : ""
    }.wasm`,
  );
  const instance = await WebAssembly.instantiate(module, { env: { memory } });
  const { exports } = instance;
  return { ...exports, ...namedCalls(exports) } as unknown as Kernels;
}

function compile(name: string): Promise<WebAssembly.Module> {
  const known = compiled.get(name);
  if (known !== undefined) return known;
  const module = readBuild(new URL(name, import.meta.url))
    .then((bytes) => WebAssembly.compile(bytes));
  compiled.set(name, module);
  return module;
}

/** Reads a build beside this module: in a browser, beside the script that it was bundled into. */
async function readBuild(url: URL): Promise<BufferSource> {
  if ("Deno" in globalThis) return await Deno.readFile(url);
  const response = await fetch(url);
  if (response.ok) return await response.arrayBuffer();
  throw new Error(
    `Cannot load the kernels: expected status 200, got ${response.status}`,
  );
}
