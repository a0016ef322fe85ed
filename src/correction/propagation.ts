/**
 * Label propagation: labels spread from labelled examples to unlabelled ones nearby.
 *
 *   S = D^−½ A D^−½,  F ← α S F + (1 − α) Y
 *
 * A is the graph of nearest neighbours by the cosine of whitened features, made
 * symmetric; Y has a one for each known label.
 *
 * Source: Zhou, Bousquet, Lal, Weston, Schölkopf 2004, "Learning with local and
 * global consistency" (NIPS 16).
 *
 * @module
 */

import { isKnown } from "../heads/head.ts";
import { dot } from "../nn/dot.ts";
import type { Metric } from "./metric.ts";

/** Neighbours of each example. */
const NEIGHBOURS = 10;
/** α in (0, 1): the share that neighbours have in an example's label. */
const SHARE = 0.9;
const ROUNDS = 50;

/** Neighbours of an example with what they weigh. */
type Edges = ReadonlyMap<number, number>;

/**
 * The class of each row of features [n, stride].
 *
 * @param metric Of all rows.
 * @param labels The class of each row, `UNKNOWN` if it is to be found.
 */
export function propagate(
  metric: Metric,
  rows: Float32Array,
  labels: ArrayLike<number>,
  classes: number,
): Int32Array {
  const edges = normalized(graphOf(metric.whiten(rows), metric.stride));
  const known = Float64Array.from(
    { length: edges.length * classes },
    (_, at) => labels[Math.floor(at / classes)] === at % classes ? 1 : 0,
  );
  let values = known;
  for (let round = 0; round < ROUNDS; round++) {
    values = spread(edges, values, known, classes);
  }
  return Int32Array.from(edges, (_, i) => {
    if (isKnown(labels[i]!)) return labels[i]!;
    const row = values.subarray(i * classes, (i + 1) * classes);
    return row.indexOf(row.reduce((most, value) => Math.max(most, value)));
  });
}

/** The graph that joins each row to its nearest ones, from both sides. */
function graphOf(
  rows: Float32Array,
  stride: number,
): Map<number, number>[] {
  const units = toUnits(rows, stride);
  const count = units.length;
  const graph = units.map(() => new Map<number, number>());
  const closeness = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < count; j++) closeness[j] = dot(units[i]!, units[j]!);
    const nearest = Array.from({ length: count }, (_, j) => j)
      .filter((j) => j !== i && closeness[j]! > 0)
      .sort((a, b) => closeness[b]! - closeness[a]! || a - b)
      .slice(0, NEIGHBOURS);
    for (const j of nearest) {
      graph[i]!.set(j, closeness[j]!);
      graph[j]!.set(i, closeness[j]!);
    }
  }
  return graph;
}

/** D^−½ A D^−½. */
function normalized(graph: readonly Map<number, number>[]): Edges[] {
  const degrees = graph.map((edges) =>
    ascending(edges).reduce((sum, [, weight]) => sum + weight, 0)
  );
  return graph.map((edges, i) =>
    new Map(
      ascending(edges).map(([j, weight]) => [
        j,
        weight / Math.sqrt(degrees[i]! * degrees[j]!),
      ]),
    )
  );
}

/** Edges in the order of the neighbours, so that sums do not depend on the order of their discovery. */
function ascending(edges: Edges): [number, number][] {
  return [...edges].sort(([a], [b]) => a - b);
}

function spread(
  graph: readonly Edges[],
  values: Float64Array,
  known: Float64Array,
  classes: number,
): Float64Array<ArrayBuffer> {
  const next = Float64Array.from(known, (value) => (1 - SHARE) * value);
  graph.forEach((edges, i) => {
    for (const [j, weight] of edges) {
      for (let c = 0; c < classes; c++) {
        next[i * classes + c]! += SHARE * weight * values[j * classes + c]!;
      }
    }
  });
  return next;
}

function toUnits(rows: Float32Array, stride: number): Float32Array[] {
  const count = rows.length / stride;
  return Array.from({ length: count }, (_, r) => {
    const row = rows.subarray(r * stride, (r + 1) * stride);
    const length = Math.sqrt(dot(row, row)) || 1;
    return row.map((value) => value / length);
  });
}
