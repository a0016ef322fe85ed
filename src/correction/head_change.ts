/**
 * The change of one head in whitened coordinates, and Adam's moments of it, in an
 * arena of its own: one head after the other.
 *
 * @module
 */

import { isKnown } from "../heads/head.ts";
import { kindOf } from "../heads/kinds.ts";
import { type Allocator, createArena } from "../kernels/arena.ts";
import type { Kernels } from "../kernels/mod.ts";
import {
  packedLength,
  type Packer,
  packerOf,
  PANEL,
  panelCount,
  unpackPanels,
  weightGradientScratch,
} from "../kernels/panels.ts";
import { integerPower } from "../optim/optimizer.ts";
import { type Head, rowsOf } from "./heads.ts";

const BETA1 = 0.9;
const BETA2 = 0.999;
const EPSILON = 1e-8;

/** A matrix and a vector that go with a head's rows, in whitened coordinates. */
export interface WhitenedTable {
  /** Row-major [K, stride]. */
  readonly weight: Float32Array;
  /** [K]. */
  readonly bias: Float32Array;
}

/** Rows of one step: whitened features, logits before the steps, labels of one head. */
export interface Batch {
  readonly whitened: readonly Float32Array[];
  readonly logits: readonly Float32Array[];
  readonly labels: readonly number[];
}

/** Changes one head at a time, step by step. */
export class HeadChange {
  readonly #pack: Packer;
  /** Whether the head has changed since the start. */
  #moved = false;

  private constructor(
    private readonly kernels: Kernels,
    private readonly views: ReturnType<typeof layout>,
    private readonly stride: number,
  ) {
    // Gradients are written there later.
    this.#pack = packerOf(kernels, views.gradient.weight);
  }

  /** Takes the memory for heads of up to `rows` rows and batches of up to `capacity` examples. */
  static async create(
    stride: number,
    rows: number,
    capacity: number,
  ): Promise<HeadChange> {
    const { kernels, views } = await createArena((allocate) =>
      layout(allocate, stride, rows, capacity)
    );
    return new HeadChange(kernels, views, stride);
  }

  /** Begins with a head without change, a first moment of zero and, for steps, its second moment. */
  start(head: Head, secondMoment?: WhitenedTable): void {
    const { weight, bias } = this.views;
    this.#moved = false;
    for (const block of [...Object.values(weight), ...Object.values(bias)]) {
      block.fill(0);
    }
    if (secondMoment === undefined) return;
    const { stride } = this;
    this.#pack(
      secondMoment.weight,
      rowsOf(head),
      stride,
      weight.v.subarray(0, packedLength(rowsOf(head), stride)),
    );
    bias.v.set(secondMoment.bias);
  }

  /** Writes features and ∂L/∂z of a batch; returns how many rows it has. */
  place(head: Head, { whitened, logits, labels }: Batch): number {
    const { kernels, stride, views: { x, z, g } } = this;
    const width = panelCount(rowsOf(head)) * PANEL;
    whitened.forEach((row, r) => x.set(row, r * stride));
    if (this.#moved) this.#forward(head, labels.length);
    else z.fill(0, 0, labels.length * width);
    const kind = kindOf(head.spec);
    const share = 1 / labels.filter(isKnown).length;
    g.fill(0, 0, labels.length * width);
    labels.forEach((label, r) => {
      if (!isKnown(label)) return;
      const end = r * width + rowsOf(head);
      const changed = z.subarray(r * width, end);
      const out = g.subarray(r * width, end);
      for (let c = 0; c < changed.length; c++) changed[c]! += logits[r]![c]!;
      kind.slope(kernels, changed, label, out);
      for (let c = 0; c < out.length; c++) out[c]! *= share;
    });
    return labels.length;
  }

  /** Writes the effect of the change so far on the logits of the current batch. */
  #forward(head: Head, batch: number): void {
    const { kernels, stride, views: { x, z, weight, bias } } = this;
    const panels = panelCount(rowsOf(head));
    kernels.linearForward({
      x: x.byteOffset,
      xStride: stride,
      w: weight.w.byteOffset,
      b: bias.w.byteOffset,
      y: z.byteOffset,
      yStride: panels * PANEL,
      batch,
      inputs: stride,
      panels,
    });
  }

  /** Takes one step on the current batch. */
  step(head: Head, count: number, t: number, learningRate: number): void {
    const { kernels, stride, views } = this;
    const { x, g, scratch, weight } = views;
    this.#moved = true;
    const panels = panelCount(rowsOf(head));
    // The second moment is an estimate from the start: only the first is corrected.
    const stepSize = learningRate / (1 - integerPower(BETA1, t));
    kernels.linearWeightGradientAdam({
      x: x.byteOffset,
      xStride: stride,
      g: g.byteOffset,
      gStride: panels * PANEL,
      w: weight.w.byteOffset,
      m: weight.m.byteOffset,
      v: weight.v.byteOffset,
      batch: count,
      inputs: stride,
      panels,
      scratch: scratch.byteOffset,
      gradientScale: 1,
      stepSize,
      beta1: BETA1,
      beta2: BETA2,
      epsilon: EPSILON,
      inverseSqrtBiasCorrection2: 1,
      l2: 0,
      decay: 0,
    });
    this.#stepBias(panels, count, stepSize);
  }

  #stepBias(panels: number, count: number, stepSize: number): void {
    const { kernels, views: { g, gradient, bias } } = this;
    const width = panels * PANEL;
    const db = gradient.bias.byteOffset;
    kernels.linearBiasGradient(g.byteOffset, width, db, count, panels);
    kernels.adam(
      bias.w.byteOffset,
      db,
      bias.m.byteOffset,
      bias.v.byteOffset,
      width,
      stepSize,
      BETA1,
      BETA2,
      EPSILON,
      1,
      0,
    );
  }

  /** The gradient of the current batch, row-major. */
  gradient(head: Head, count: number): WhitenedTable {
    const { kernels, stride, views } = this;
    const { x, g, scratch, gradient } = views;
    const panels = panelCount(rowsOf(head));
    kernels.linearWeightGradient({
      x: x.byteOffset,
      xStride: stride,
      g: g.byteOffset,
      gStride: panels * PANEL,
      dw: gradient.weight.byteOffset,
      db: gradient.bias.byteOffset,
      batch: count,
      inputs: stride,
      panels,
      scratch: scratch.byteOffset,
    });
    return this.#unpacked(head, gradient.weight, gradient.bias);
  }

  /** The change of the head so far, and the second moment. */
  result(
    head: Head,
  ): { change: WhitenedTable; secondMoment: WhitenedTable } {
    const { weight, bias } = this.views;
    return {
      change: this.#unpacked(head, weight.w, bias.w),
      secondMoment: this.#unpacked(head, weight.v, bias.v),
    };
  }

  #unpacked(
    head: Head,
    packed: Float32Array,
    bias: Float32Array,
  ): WhitenedTable {
    const { stride } = this;
    const rows = rowsOf(head);
    const weight = new Float32Array(rows * stride);
    const length = packedLength(rows, stride);
    unpackPanels(packed.subarray(0, length), rows, stride, weight);
    return { weight, bias: bias.slice(0, rows) };
  }
}

function layout(
  allocate: Allocator,
  stride: number,
  rows: number,
  capacity: number,
) {
  const width = panelCount(rows) * PANEL;
  const tables = (length: number) => ({
    w: allocate.floats(length),
    m: allocate.floats(length),
    v: allocate.floats(length),
  });
  return {
    x: allocate.floats(capacity * stride),
    z: allocate.floats(capacity * width),
    g: allocate.floats(capacity * width),
    weight: tables(packedLength(width, stride)),
    bias: tables(width),
    gradient: {
      weight: allocate.floats(packedLength(width, stride)),
      bias: allocate.floats(width),
    },
    scratch: allocate.floats(weightGradientScratch(capacity)),
  };
}
