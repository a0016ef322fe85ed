/**
 * A square image in floating point, and the few operations that drawing and
 * the looks need. Values are 0 … 255; they are rounded once, at the end.
 *
 * @module
 */

import type { Colour, Layer } from "./layers.ts";
import type { Bounds, Point } from "./shapes.ts";

/** An image of size × size, planar rows of r, g, b. */
export interface Canvas {
  size: number;
  data: Float32Array;
}

/** A finished image: rows of r, g, b, a. */
export interface Drawing {
  width: number;
  height: number;
  data: Uint8Array<ArrayBuffer>;
}

/** An affine map from item coordinates to pixels: [x, y] ↦ [a·x + b·y + e, c·x + d·y + f]. */
export interface Pose {
  a: number;
  b: number;
  c: number;
  d: number;
  e: number;
  f: number;
}

/** The light on an item: colours are multiplied by 1 + x·right + y·down. */
export interface Light {
  right: number;
  down: number;
}

/** The rim of every shape is this wide, in item units, and this much darker. */
const RIM_WIDTH = 0.045;
const RIM_SHADE = 0.28;

/** An image of one value. */
export function createCanvas(size: number, value = 0): Canvas {
  return { size, data: new Float32Array(size * size * 3).fill(value) };
}

/** Paints layers in order. The rim of a shape is darker, so that neighbours of one colour show. */
export function paint(
  canvas: Canvas,
  layers: Layer[],
  pose: Pose,
  light: Light,
): void {
  for (const { shape, colour, opacity } of layers) {
    forEachPixel(canvas.size, shape.bounds, pose, (pixel, x, y, unit) => {
      const distance = shape.distance(x, y);
      const coverage = Math.min(1, 0.5 - distance * unit) * opacity;
      if (coverage <= 0) return;
      const rim = Math.max(0, Math.min(1, 1 + distance / RIM_WIDTH));
      blend(
        canvas.data,
        pixel,
        colour,
        coverage,
        (1 + x * light.right + y * light.down) * (1 - RIM_SHADE * rim),
      );
    });
  }
}

/** The share of each pixel that the layers cover together, 0 … 1 in all three channels. */
export function silhouette(size: number, layers: Layer[], pose: Pose): Canvas {
  const mask = createCanvas(size);
  for (const { shape } of layers) {
    forEachPixel(size, shape.bounds, pose, (pixel, x, y, unit) => {
      const coverage = Math.min(1, 0.5 - shape.distance(x, y) * unit);
      if (coverage > mask.data[pixel]!) {
        mask.data.fill(coverage, pixel, pixel + 3);
      }
    });
  }
  return mask;
}

/** Calls `visit` with the data index and item coordinates of every pixel that bounds may touch. */
function forEachPixel(
  size: number,
  [left, top, right, bottom]: Bounds,
  { a, b, c, d, e, f }: Pose,
  visit: (pixel: number, x: number, y: number, pixelsPerUnit: number) => void,
): void {
  const corners: Point[] = [[left, top], [right, top], [left, bottom], [
    right,
    bottom,
  ]];
  const columns = corners.map(([x, y]) => a * x + b * y + e);
  const rows = corners.map(([x, y]) => c * x + d * y + f);
  const area = a * d - b * c;
  const unit = Math.sqrt(Math.abs(area));
  const firstRow = Math.max(0, Math.floor(Math.min(...rows)) - 1);
  const lastRow = Math.min(size - 1, Math.ceil(Math.max(...rows)));
  const first = Math.max(0, Math.floor(Math.min(...columns)) - 1);
  const last = Math.min(size - 1, Math.ceil(Math.max(...columns)));
  for (let row = firstRow; row <= lastRow; row++) {
    const v = row + 0.5 - f;
    for (let column = first; column <= last; column++) {
      const u = column + 0.5 - e;
      const x = (d * u - b * v) / area;
      const y = (a * v - c * u) / area;
      visit((row * size + column) * 3, x, y, unit);
    }
  }
}

function blend(
  data: Float32Array,
  pixel: number,
  colour: Colour,
  share: number,
  brightness: number,
): void {
  for (let channel = 0; channel < 3; channel++) {
    const under = data[pixel + channel]!;
    data[pixel + channel] = under +
      (colour[channel as 0 | 1 | 2] * brightness - under) * share;
  }
}

/** Averages over (2·radius + 1)² pixels, twice: close to a Gaussian of standard deviation ≈ 1.2·radius. */
export function blur(canvas: Canvas, radius: number): void {
  if (radius === 0) return;
  const { size, data } = canvas;
  const spare = new Float32Array(data.length);
  for (let pass = 0; pass < 2; pass++) {
    blurLines(data, spare, size, radius, 3, size * 3);
    blurLines(spare, data, size, radius, size * 3, 3);
  }
}

/** A running mean along lines of `size` values `step` apart; beyond the ends, the end's value. */
function blurLines(
  from: Float32Array,
  to: Float32Array,
  size: number,
  radius: number,
  step: number,
  lineStep: number,
): void {
  const weight = 1 / (2 * radius + 1);
  for (let line = 0; line < size; line++) {
    for (let channel = 0; channel < 3; channel++) {
      const start = line * lineStep + channel;
      const at = (i: number) =>
        from[start + Math.max(0, Math.min(size - 1, i)) * step]!;
      let sum = 0;
      for (let i = -radius; i <= radius; i++) sum += at(i);
      for (let i = 0; i < size; i++) {
        to[start + i * step] = sum * weight;
        sum += at(i + radius + 1) - at(i - radius);
      }
    }
  }
}

/** The image at half its size, each pixel the mean of four. */
export function halved({ size, data }: Canvas): Canvas {
  const half = createCanvas(size / 2);
  for (let row = 0; row < half.size; row++) {
    for (let column = 0; column < half.size; column++) {
      for (let channel = 0; channel < 3; channel++) {
        const at = (row * 2 * size + column * 2) * 3 + channel;
        half.data[(row * half.size + column) * 3 + channel] =
          (data[at]! + data[at + 3]! + data[at + size * 3]! +
            data[at + size * 3 + 3]!) / 4;
      }
    }
  }
  return half;
}

/** The image as RGBA bytes, opaque. */
export function toPixels({ size, data }: Canvas): Drawing {
  const bytes = new Uint8Array(size * size * 4);
  for (let pixel = 0; pixel < size * size; pixel++) {
    for (let channel = 0; channel < 3; channel++) {
      const value = Math.floor(data[pixel * 3 + channel]! + 0.5);
      bytes[pixel * 4 + channel] = Math.max(0, Math.min(255, value));
    }
    bytes[pixel * 4 + 3] = 255;
  }
  return { width: size, height: size, data: bytes };
}
