/** Surfaces over the plane that optimizers descend, and their paths. @module */

import { createArena } from "../../kernels/arena.ts";
import type { OptimizerOptions } from "../../optim/optimizer.ts";
import { createOptimizer } from "../../optim/registry.ts";

/** The surface f(x, y) = u(x) + s y². */
export interface Landscape {
  /** u. */
  profile(x: number): number;
  /** du/dx. */
  slope(x: number): number;
  /** s: 1 for a valley along y = 0, −1 for a ridge. */
  readonly bend: 1 | -1;
}

/** A place, (x, y). */
export type Point = readonly [x: number, y: number];

/** An optimizer and where it starts. */
export interface Walk {
  readonly name: string;
  readonly learningRate: number;
  readonly options: OptimizerOptions;
  readonly start: Point;
  readonly steps: number;
}

/** A walk with its points. */
export interface Path extends Omit<Walk, "start" | "steps"> {
  /** From the start on, one per step; shorter where a step led to no finite numbers. */
  readonly points: readonly Point[];
}

/** f(x, y). */
export function heightAt({ profile, bend }: Landscape, [x, y]: Point): number {
  return profile(x) + bend * y * y;
}

/** Takes the steps of a walk by the same kernels that train the networks. */
export async function walk(
  { slope, bend }: Landscape,
  { name, learningRate, options, start, steps }: Walk,
): Promise<Path> {
  const optimizer = createOptimizer(name, options);
  const { kernels, views } = await createArena((allocate) => ({
    parameter: allocate.floats(2),
    gradient: allocate.floats(2),
    moments: optimizer.slots.map(() => allocate.floats(2)),
  }));
  const { parameter, gradient } = views;
  parameter.set(start);
  const points: Point[] = [start];
  for (let step = 1; step <= steps; step++) {
    gradient.set([slope(parameter[0]!), 2 * bend * parameter[1]!]);
    optimizer.update(kernels, { ...views, step, learningRate, decay: true });
    if (!parameter.every(Number.isFinite)) break;
    points.push([parameter[0]!, parameter[1]!]);
  }
  return { name, learningRate, options, points };
}

/** The number of the step from which on all points are beyond; undefined if the last one is not. */
export function stepsUntil(
  points: readonly Point[],
  isBeyond: (point: Point) => boolean,
): number | undefined {
  const last = points.findLastIndex((point) => !isBeyond(point));
  return last === points.length - 1 ? undefined : last + 1;
}

/** Adadelta's steps grow from √ε: with the usual 1e-6 it would hardly leave the start. */
export const WALKING_OPTIONS: Readonly<Record<string, OptimizerOptions>> = {
  adadelta: { epsilon: 0.1 },
  rmsprop: { alpha: 0.9 },
};
