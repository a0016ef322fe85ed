/** Metrics of a model on labelled images. @module */

import {
  type HeadOutputs,
  type HeadScore,
  type Metrics,
} from "../heads/head.ts";
import { type HeadSpec, kindOf, widthOf } from "../heads/kinds.ts";
import { joinOutputs, selectOutputs, sliceOutputs } from "../heads/outputs.ts";
import type { Kernels } from "../kernels/mod.ts";
import { type Examples, labelsOf } from "../model/examples.ts";
import { type Activations, forward } from "../model/network.ts";
import type { Calibration } from "../model/state.ts";
import { fillBatch, mirrorBatch } from "./batch.ts";
import type { Evaluator } from "./trainer.ts";

/** The outputs of all heads for a set of labelled images, and their metrics. */
export interface Evaluation {
  readonly heads: readonly HeadSpec[];
  /** True labels, [N] for each head, in the heads' order. */
  readonly labels: readonly Float64Array[];
  /** Scores of the outputs as they are, in the heads' order. */
  readonly uncalibrated: readonly HeadScore[];
  /** Scores of the calibrated outputs. */
  readonly calibrated: readonly HeadScore[];
  readonly metrics: SetMetrics;
}

/** The metrics of a set of images, as commands print them and model cards show them. */
export interface SetMetrics {
  readonly images: number;
  /** By the head's name. */
  readonly heads: Readonly<Record<string, Metrics>>;
  /** Metrics of the other heads by the groups of one: `breakdown.room.hall.heads.price`. */
  readonly breakdown: Readonly<Record<string, Readonly<Record<string, Group>>>>;
}

/** The metrics of the images of one group. */
export interface Group {
  readonly images: number;
  readonly heads: Readonly<Record<string, Metrics>>;
}

/** Runs the plain view of `rows`, and its mirror image where examples have one, through the network. */
export function computeOutputs(
  evaluator: Evaluator,
  examples: Examples,
  rows: ArrayLike<number>,
): HeadOutputs[] {
  const { kernels, network, workspace } = evaluator;
  const { activations, capacity } = workspace;
  const { heads } = network.sizes;
  const outputs = allocateOutputs(
    heads,
    heads.map((_, h) => labelsOf(examples, rows, h)),
  );
  const plain = new Uint8Array(capacity);
  for (let start = 0; start < rows.length; start += capacity) {
    const count = Math.min(capacity, rows.length - start);
    const batch = Array.from({ length: count }, (_, b) => rows[start + b]!);
    fillBatch(evaluator, examples, batch, plain);
    mirrorBatch(workspace, examples, count);
    forward(kernels, network, activations, count);
    copyOutputs(outputs, activations, start, count);
  }
  return outputs;
}

/** Room for the outputs of heads, beside the labels [N] of each. */
function allocateOutputs(
  heads: readonly HeadSpec[],
  labels: readonly Float64Array[],
): HeadOutputs[] {
  return heads.map((head, h) => ({
    logits: new Float32Array(labels[h]!.length * widthOf(head)),
    width: widthOf(head),
    labels: labels[h]!,
  }));
}

/** Copies the composite output of `count` examples to the outputs of examples `start` and on. */
function copyOutputs(
  outputs: readonly HeadOutputs[],
  { logits, logitStride, columns }: Activations,
  start: number,
  count: number,
): void {
  outputs.forEach(({ logits: out, width }, h) => {
    for (let b = 0; b < count; b++) {
      const first = b * logitStride + columns[h]!;
      out.set(logits.subarray(first, first + width), (start + b) * width);
    }
  });
}

/** The calibration of each head that fits held-out outputs. */
export function fitCalibration(
  kernels: Kernels,
  heads: readonly HeadSpec[],
  outputs: readonly HeadOutputs[],
): Calibration {
  return Object.fromEntries(
    heads.map((
      head,
      h,
    ) => [head.name, kindOf(head).fit(kernels, head, outputs[h]!)]),
  );
}

/** The outputs that answers come from. */
export function calibratedOutputs(
  heads: readonly HeadSpec[],
  outputs: readonly HeadOutputs[],
  calibration: Calibration,
): HeadOutputs[] {
  return heads.map((head, h) =>
    kindOf(head).calibrated(outputs[h]!, calibration[head.name]!)
  );
}

/**
 * Calibrates the pooled outputs of a cross-validation, those of each fold by the
 * calibration that fits all others: no image is scored with a calibration that was
 * fitted on it.
 */
export function calibrateFolds(
  kernels: Kernels,
  heads: readonly HeadSpec[],
  pooled: readonly HeadOutputs[],
  folds: readonly Uint32Array[],
): HeadOutputs[] {
  let start = 0;
  return joinOutputs(folds.map(({ length }) => {
    const end = start + length;
    const others = [
      sliceOutputs(pooled, 0, start),
      sliceOutputs(pooled, end),
    ];
    const calibration = fitCalibration(kernels, heads, joinOutputs(others));
    const own = calibratedOutputs(
      heads,
      sliceOutputs(pooled, start, end),
      calibration,
    );
    start = end;
    return own;
  }));
}

/** Scores every head. */
export function scoreOutputs(
  kernels: Kernels,
  heads: readonly HeadSpec[],
  outputs: readonly HeadOutputs[],
): HeadScore[] {
  return heads.map((head, h) => kindOf(head).score(kernels, head, outputs[h]!));
}

/** Scores outputs as they are, and as `calibrated` has them. */
export function evaluateOutputs(
  kernels: Kernels,
  heads: readonly HeadSpec[],
  outputs: readonly HeadOutputs[],
  calibrated: readonly HeadOutputs[],
): Evaluation {
  return {
    heads,
    labels: outputs.map(({ labels }) => labels),
    uncalibrated: scoreOutputs(kernels, heads, outputs),
    calibrated: scoreOutputs(kernels, heads, calibrated),
    metrics: metricsOf(kernels, heads, calibrated),
  };
}

/** The metrics of outputs, broken down by the groups of every head that has groups. */
export function metricsOf(
  kernels: Kernels,
  heads: readonly HeadSpec[],
  outputs: readonly HeadOutputs[],
): SetMetrics {
  return {
    images: outputs[0]!.labels.length,
    heads: headMetrics(kernels, heads, outputs),
    breakdown: Object.fromEntries(
      heads.map((head, h) =>
        [head.name, breakdownBy(kernels, heads, outputs, h)] as const
      ).filter(([, groups]) => Object.keys(groups).length > 0),
    ),
  };
}

/** The metrics of every head. */
export function headMetrics(
  kernels: Kernels,
  heads: readonly HeadSpec[],
  outputs: readonly HeadOutputs[],
): Record<string, Metrics> {
  return Object.fromEntries(
    scoreOutputs(kernels, heads, outputs).map(({ metrics }, h) => [
      heads[h]!.name,
      metrics,
    ]),
  );
}

/** The metrics of all heads but one, by the groups of that one. */
function breakdownBy(
  kernels: Kernels,
  heads: readonly HeadSpec[],
  outputs: readonly HeadOutputs[],
  by: number,
): Record<string, Group> {
  const others = heads.filter((_, h) => h !== by);
  const outputsOfOthers = outputs.filter((_, h) => h !== by);
  if (others.length === 0) return {};
  const groups = kindOf(heads[by]!).groups(heads[by]!).map((name, label) => {
    const rows = indicesOf(outputs[by]!.labels, label);
    const parts = outputsOfOthers.map((part) => selectOutputs(part, rows));
    return [name, {
      images: rows.length,
      heads: headMetrics(kernels, others, parts),
    }] as const;
  });
  return Object.fromEntries(groups.filter(([, { images }]) => images > 0));
}

function indicesOf(labels: Float64Array, label: number): number[] {
  const rows: number[] = [];
  labels.forEach((each, n) => each === label && rows.push(n));
  return rows;
}

/**
 * The metrics of a set as one flat object, as `--json` prints them: a part per
 * head by its name, and a part `per<Head>` for each breakdown.
 */
export function metricsJson(
  { images, heads, breakdown }: SetMetrics,
): Record<string, unknown> {
  const parts = Object.entries(breakdown).map(([name, groups]) => [
    `per${name[0]!.toUpperCase()}${name.slice(1)}`,
    Object.fromEntries(
      Object.entries(groups).map(([group, { images, heads }]) => [
        group,
        { images, ...heads },
      ]),
    ),
  ]);
  return { images, ...heads, ...Object.fromEntries(parts) };
}
