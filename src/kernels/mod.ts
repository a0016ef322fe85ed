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
import type { ImageKernels } from "./image.ts";
import { type MultiplyAddKernels, roundsOnce } from "./multiply_add.ts";
import type { PanelKernels } from "./panels.ts";
import { type Arguments, namedCalls } from "./signatures.ts";

/** A byte offset into the arena. */
export type Pointer = number;

/** assembly/linear_*.ts: a multiply-add rounds once, as assembly/multiply_add.ts says. */
export interface LinearKernels {
  /** y = x·Wᵀ + b. */
  linearForward(args: Arguments<"linearForward">): void;
  /** dx = g·W, or dx += g·W where accumulate is 1. */
  linearInputGradient(args: Arguments<"linearInputGradient">): void;
  /** dw = gᵀ·x and db = Σ_r g[r]. The scratch has `weightGradientScratch(batch)` floats. */
  linearWeightGradient(args: Arguments<"linearWeightGradient">): void;
  /** db = Σ_r g[r]. */
  linearBiasGradient(
    g: Pointer,
    gStride: number,
    db: Pointer,
    batch: number,
    panels: number,
  ): void;
  /** ‖gᵀ·x‖², in double precision, without the gradient. */
  linearWeightGradientSumOfSquares(
    x: Pointer,
    xStride: number,
    g: Pointer,
    gStride: number,
    batch: number,
    inputs: number,
    panels: number,
  ): number;
  /**
   * gradientScale·gᵀ·x and one step of Adam with it, in one pass: the bits of
   * linearWeightGradient, scale and adam (decay 0) or adamw (l2 0).
   */
  linearWeightGradientAdam(args: Arguments<"linearWeightGradientAdam">): void;
}

/** assembly/elementwise.ts */
export interface ElementwiseKernels {
  /** x = max(x, 0). */
  relu(x: Pointer, n: number): void;
  /** g = y > 0 ? g : 0. */
  reluGradient(y: Pointer, g: Pointer, n: number): void;
  /** x = x·y. */
  multiply(x: Pointer, y: Pointer, n: number): void;
  /** x = w·x + (1 − w)·y. */
  interpolate(x: Pointer, y: Pointer, n: number, w: number): void;
  /** x = s·x. */
  scale(x: Pointer, n: number, s: number): void;
  /** Σ x², in double precision. */
  sumOfSquares(x: Pointer, n: number): number;
  /** 1 if no value is NaN or infinite, else 0. */
  isFinite(x: Pointer, n: number): number;
  /** out = (x − mean)·inverseDeviation, from bytes x. */
  standardizeBytes(
    x: Pointer,
    mean: Pointer,
    inverseDeviation: Pointer,
    out: Pointer,
    n: number,
  ): void;
}

/** assembly/softmax.ts */
export interface SoftmaxKernels {
  /** Row-wise softmax of inverseTemperature·logits. */
  softmax(
    logits: Pointer,
    stride: number,
    classes: number,
    batch: number,
    inverseTemperature: number,
    out: Pointer,
    outStride: number,
  ): void;
  /** Returns the loss summed over labelled rows; writes the gradient of its mean. Label −1 masks a row. */
  softmaxCrossEntropy(
    logits: Pointer,
    stride: number,
    classes: number,
    batch: number,
    labels: Pointer,
    otherLabels: Pointer,
    weights: Pointer,
    smoothing: number,
    gradient: Pointer,
    gradientStride: number,
  ): number;
}

/** assembly/optimizers.ts */
export interface OptimizerKernels {
  /** One step of SGD. Where momentum is 0 the buffer is not touched and may be 0. */
  sgd(
    w: Pointer,
    g: Pointer,
    buffer: Pointer,
    n: number,
    learningRate: number,
    momentum: number,
    dampening: number,
    nesterov: 0 | 1,
    weightDecay: number,
    first: 0 | 1,
  ): void;
  /** One step of Adam; stepSize = learningRate/(1 − β₁ᵗ), inverseSqrtBiasCorrection2 = 1/√(1 − β₂ᵗ). */
  adam(
    w: Pointer,
    g: Pointer,
    m: Pointer,
    v: Pointer,
    n: number,
    stepSize: number,
    beta1: number,
    beta2: number,
    epsilon: number,
    inverseSqrtBiasCorrection2: number,
    weightDecay: number,
  ): void;
  /** One step of AdamW; decay = learningRate·weightDecay. */
  adamw(
    w: Pointer,
    g: Pointer,
    m: Pointer,
    v: Pointer,
    n: number,
    stepSize: number,
    beta1: number,
    beta2: number,
    epsilon: number,
    inverseSqrtBiasCorrection2: number,
    decay: number,
  ): void;
}

/** assembly/adaptive.ts: one step of each, with weightDecay·w added to the gradient. */
export interface AdaptiveKernels {
  /** One step of AdaGrad. */
  adagrad(
    w: Pointer,
    g: Pointer,
    sum: Pointer,
    n: number,
    learningRate: number,
    epsilon: number,
    weightDecay: number,
  ): void;
  /** One step of Adadelta. */
  adadelta(
    w: Pointer,
    g: Pointer,
    squareAverage: Pointer,
    deltaAverage: Pointer,
    n: number,
    learningRate: number,
    rho: number,
    epsilon: number,
    weightDecay: number,
  ): void;
  /** One step of RMSProp. */
  rmsprop(
    w: Pointer,
    g: Pointer,
    squareAverage: Pointer,
    n: number,
    learningRate: number,
    alpha: number,
    epsilon: number,
    weightDecay: number,
  ): void;
  /** One step of Adam or AdamW with AMSGrad; the kind of decay that is not wanted is 0. */
  amsgrad(
    w: Pointer,
    g: Pointer,
    m: Pointer,
    v: Pointer,
    largestV: Pointer,
    n: number,
    stepSize: number,
    beta1: number,
    beta2: number,
    epsilon: number,
    inverseSqrtBiasCorrection2: number,
    weightDecay: number,
    decay: number,
  ): void;
}

/** assembly/random.ts */
export interface RandomKernels {
  /** mask = uniform < keep ? 1/keep : 0, from a 64-bit seed in two halves. */
  uniformMask(
    mask: Pointer,
    n: number,
    keep: number,
    seedLow: number,
    seedHigh: number,
  ): void;
  /**
   * x = x·mask, without the mask in memory: of a mask's values, those from `first`
   * on, a multiple of four.
   */
  dropUniform(args: Arguments<"dropUniform">): void;
}

/** assembly/math.ts: double precision, and the same bits on every machine. */
export interface MathKernels {
  /** eˣ. */
  exp(x: number): number;
  /** The natural logarithm. */
  log(x: number): number;
  /** x to the power y. */
  pow(x: number, y: number): number;
  /** The cosine of x radians. */
  cos(x: number): number;
}

/** Everything that kernels.wasm exports. */
export interface Kernels
  extends
    LinearKernels,
    MultiplyAddKernels,
    ByteKernels,
    ElementwiseKernels,
    PanelKernels,
    SoftmaxKernels,
    OptimizerKernels,
    AdaptiveKernels,
    RandomKernels,
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
  const kernels = await instantiate(memory, build ?? "fused");
  if (build !== undefined) return kernels;
  buildHere = roundsOnce(kernels) ? "fused" : "emulated";
  return buildHere === "fused" ? kernels : instantiate(memory, buildHere);
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
  const module = Deno.readFile(new URL(name, import.meta.url))
    .then((bytes) => WebAssembly.compile(bytes));
  compiled.set(name, module);
  return module;
}
