/**
 * A linear layer laid out as the kernels take it, with rows further apart than
 * they are wide.
 *
 * @module
 */

import {
  packedLength,
  packPanels,
  PANEL,
  panelCount,
  unpackPanels,
  weightGradientScratch,
} from "../../src/kernels/panels.ts";
import { Random } from "../../src/nn/prng.ts";
import {
  AWKWARD,
  bits,
  fill,
  type Guarded,
  guardedBlocks,
  rowsOf,
} from "./blocks.ts";

/** Sizes of one call. */
export interface Shape {
  readonly batch: number;
  readonly inputs: number;
  readonly outputs: number;
}

/** Every awkward length in each place, beside two choices of the other two. */
export const SHAPES: readonly Shape[] = AWKWARD.flatMap((n) => [
  { batch: n, inputs: 3, outputs: 9 },
  { batch: n, inputs: 12, outputs: 8 },
  { batch: 5, inputs: n, outputs: 7 },
  { batch: 8, inputs: n, outputs: 17 },
  { batch: 4, inputs: 5, outputs: n },
  { batch: 7, inputs: 9, outputs: n },
  { batch: 30, inputs: n, outputs: 9 },
  { batch: 24, inputs: 5, outputs: n },
]);

type Block =
  | "x"
  | "w"
  | "b"
  | "y"
  | "g"
  | "dx"
  | "dw"
  | "db"
  | "m"
  | "v"
  | "scratch";

/** A layer with random weights and inputs, and a random gradient of its output. */
export interface Layer extends Guarded<Block>, Shape {
  readonly panels: number;
  /** Distances between rows: of x and dx, and of y and g. */
  readonly xStride: number;
  readonly yStride: number;
  /** The weights, row-major. */
  readonly weights: Float32Array;
}

/** Makes a layer of this shape. */
export async function layerOf(shape: Shape, seed = 1): Promise<Layer> {
  const { batch, inputs, outputs } = shape;
  const panels = panelCount(outputs);
  const [xStride, yStride] = [inputs + 3, panels * PANEL + 5];
  const packed = packedLength(outputs, inputs);
  const guarded = await guardedBlocks<Block>({
    x: batch * xStride,
    w: packed,
    b: panels * PANEL,
    y: batch * yStride,
    g: batch * yStride,
    dx: batch * xStride,
    dw: packed,
    db: panels * PANEL,
    m: packed,
    v: packed,
    scratch: weightGradientScratch(batch),
  });
  const { x, w, b, y, g, dx, dw, db } = guarded.blocks;
  const weights = new Float32Array(outputs * inputs);
  [x, weights, b.subarray(0, outputs), g].forEach((block, i) =>
    fill(block, seed + i)
  );
  for (const block of [y, dx, dw, db]) block.fill(77); // what the kernels must overwrite or leave
  packPanels(weights, outputs, inputs, w);
  const layer = { ...guarded, ...shape, panels, xStride, yStride, weights };
  for (let r = 0; r < batch; r++) {
    g.fill(0, r * yStride + outputs, (r + 1) * yStride);
  }
  return layer;
}

/** Zeroes the gradients that a rectifier would: all of the second output's, and about half of the others'. */
export function rectify({ blocks: { g }, outputs, yStride }: Layer): void {
  const random = Random.fromSeed(2, "rectifier");
  for (let i = 0; i < g.length; i++) {
    const o = i % yStride;
    if (o < outputs && (o === 1 || random.uniform() < 0.5)) g[i] = 0;
  }
}

/** The matrices of a layer, for its twins. */
export function matricesOf(
  { blocks, batch, inputs, outputs, xStride, yStride, weights }: Layer,
) {
  return {
    x: rowsOf(blocks.x, batch, xStride, inputs),
    w: rowsOf(weights, outputs, inputs, inputs),
    b: Array.from(blocks.b.subarray(0, outputs)),
    g: rowsOf(blocks.g, batch, yStride, outputs),
  };
}

/** Packed weights, gradients or moments as rows of outputs. */
export function unpacked(
  packed: Float32Array,
  { outputs, inputs }: Shape,
): number[][] {
  const rowMajor = new Float32Array(outputs * inputs);
  unpackPanels(packed, outputs, inputs, rowMajor);
  return rowsOf(rowMajor, outputs, inputs, inputs);
}

/** The bits of the lanes that hold missing outputs. */
export function paddingBits(
  packed: Float32Array,
  { outputs, inputs, panels }: Layer,
): number[] {
  const last = packed.subarray((panels - 1) * inputs * PANEL);
  const used = outputs % PANEL === 0 ? PANEL : outputs % PANEL;
  return bits(last.filter((_, i) => i % PANEL >= used));
}

/** Calls the forward kernel on `rows` rows from `row` on and `panels` panels from `panel` on. */
export function callForward(
  { kernels, blocks: { x, w, b, y }, inputs, xStride, yStride }: Layer,
  [row, rows]: readonly [number, number],
  [panel, panels]: readonly [number, number],
): void {
  kernels.linearForward({
    x: x.byteOffset + 4 * row * xStride,
    xStride,
    w: w.byteOffset + 4 * panel * inputs * PANEL,
    b: b.byteOffset + 4 * panel * PANEL,
    y: y.byteOffset + 4 * (row * yStride + panel * PANEL),
    yStride,
    batch: rows,
    inputs,
    panels,
  });
}

/** Calls the weight gradient kernel on `panels` panels from `panel` on. */
export function callWeightGradient(
  {
    kernels,
    blocks: { x, g, dw, db, scratch },
    batch,
    inputs,
    xStride,
    yStride,
  }: Layer,
  [panel, panels]: readonly [number, number],
): void {
  kernels.linearWeightGradient({
    x: x.byteOffset,
    xStride,
    g: g.byteOffset + 4 * panel * PANEL,
    gStride: yStride,
    dw: dw.byteOffset + 4 * panel * inputs * PANEL,
    db: db.byteOffset + 4 * panel * PANEL,
    batch,
    inputs,
    panels,
    scratch: scratch.byteOffset,
  });
}

/** Calls the input gradient kernel. */
export function callInputGradient(layer: Layer, accumulate: 0 | 1): void {
  const {
    kernels,
    blocks: { g, w, dx },
    batch,
    inputs,
    panels,
    xStride,
    yStride,
  } = layer;
  kernels.linearInputGradient({
    g: g.byteOffset,
    gStride: yStride,
    w: w.byteOffset,
    dx: dx.byteOffset,
    dxStride: xStride,
    batch,
    inputs,
    panels,
    accumulate,
  });
}
