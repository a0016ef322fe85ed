/**
 * The descriptor, slowly: every pair of gradients and every colour is shared
 * out by itself, in double precision.
 *
 * @module
 */

/** A square image: planes R, G, B of size×size in 0…255. */
export type Square = {
  readonly size: number;
  readonly planes: ArrayLike<number>;
};

/** A gradient: magnitude, and direction in eighths of a turn in [0, 8). */
export interface Gradient {
  readonly magnitude: number;
  readonly direction: number;
}

/** The parameters of a descriptor, as in src/image/descriptor.ts. */
export interface Parameters {
  readonly radii: readonly number[];
  readonly cells: number;
  readonly grid: number;
  readonly gradientScale: number;
  readonly colorLevels: number;
  readonly colorGrid: number;
  readonly colorScale: number;
  readonly sharpnessLevels: number;
  readonly sharpnessGrid: number;
  readonly sharpnessScale: number;
}

/** The gradient of the channel in which it is steepest, the first of equals. */
export function gradientAt(
  { size, planes }: Square,
  x: number,
  y: number,
): Gradient {
  const inside = (i: number) => Math.min(Math.max(i, 0), size - 1);
  const candidates = [0, 1, 2].map((channel) => {
    const at = (x: number, y: number) =>
      planes[channel * size * size + inside(y) * size + inside(x)]!;
    return { gx: at(x + 1, y) - at(x - 1, y), gy: at(x, y + 1) - at(x, y - 1) };
  });
  const steepness = candidates.map(({ gx, gy }) => gx * gx + gy * gy);
  const { gx, gy } = candidates[steepness.indexOf(Math.max(...steepness))]!;
  return { magnitude: Math.hypot(gx, gy), direction: directionOf(gx, gy) };
}

/** The direction of a vector in eighths of a turn, linear in the tangent within each. */
export function directionOf(x: number, y: number): number {
  if (x === 0 && y === 0) return 0;
  const octant =
    Math.floor(((Math.atan2(y, x) / (2 * Math.PI) + 1) % 1) * 8 + 1e-9) % 8;
  const tangent = Math.min(Math.abs(x), Math.abs(y)) /
    Math.max(Math.abs(x), Math.abs(y));
  // In odd octants the tangent to the nearest axis falls as the angle grows.
  return octant % 2 === 0 ? octant + tangent % 1 : octant + 1 - tangent;
}

/** The two octants that a direction lies between, and how much it belongs to each. */
function shares(direction: number): [number, number][] {
  const low = Math.floor(direction);
  const fraction = direction - low;
  return [[low % 8, 1 - fraction], [(low + 1) % 8, fraction]];
}

/** The cells of a grid that a finer cell is pooled into along one axis. */
function pooled(i: number, { cells, grid }: Parameters): [number, number][] {
  const center = Math.min(
    Math.max((i + 0.5) * grid / cells - 0.5, 0),
    grid - 1,
  );
  const low = Math.min(Math.floor(center), grid - 2);
  return [[low, 1 - (center - low)], [low + 1, center - low]];
}

/** Gradient values [grid²][8 + 4·radii·64], not normalized. */
export function pairs(square: Square, parameters: Parameters): Float64Array {
  const { radii, cells, grid } = parameters;
  const { size } = square;
  const length = 8 + radii.length * 4 * 64;
  const values = new Float64Array(grid * grid * length);
  const gradients = Array.from(
    { length: size * size },
    (_, i) => gradientAt(square, i % size, Math.floor(i / size)),
  );
  const offsets = radii.flatMap((r) =>
    [[r, 0], [r, r], [0, r], [-r, r]] as const
  );
  const side = size / cells;
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const own = gradients[y * size + x]!;
      for (const [row, down] of pooled(Math.floor(y / side), parameters)) {
        for (
          const [column, across] of pooled(Math.floor(x / side), parameters)
        ) {
          const cell = (row * grid + column) * length;
          const weight = down * across;
          for (const [i, share] of shares(own.direction)) {
            values[cell + i]! += weight * own.magnitude * share;
          }
          offsets.forEach(([dx, dy], offset) => {
            if (x + dx < 0 || x + dx >= size || y + dy >= size) return;
            const other = gradients[(y + dy) * size + x + dx]!;
            const least = weight * Math.min(own.magnitude, other.magnitude);
            for (const [i, share] of shares(own.direction)) {
              for (const [j, otherShare] of shares(other.direction)) {
                values[cell + 8 + offset * 64 + i * 8 + j]! += least * share *
                  otherShare;
              }
            }
          });
        }
      }
    }
  }
  return values;
}

/** Colour values [colorGrid²][levels³], as shares of a cell's pixels. */
export function colors(
  { size, planes }: Square,
  parameters: Parameters,
): Float64Array {
  const { colorLevels: levels, colorGrid: grid } = parameters;
  const values = new Float64Array(grid * grid * levels ** 3);
  const side = size / grid;
  /** How much of a value belongs to a level. */
  const tent = (value: number, level: number) =>
    Math.max(0, 1 - Math.abs(value * (levels - 1) / 255 - level));
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const cell = Math.floor(y / side) * grid + Math.floor(x / side);
      const [red, green, blue] = [0, 1, 2].map((c) =>
        planes[c * size * size + y * size + x]!
      );
      for (let bin = 0; bin < levels ** 3; bin++) {
        const share = tent(red!, Math.floor(bin / levels ** 2)) *
          tent(green!, Math.floor(bin / levels) % levels) *
          tent(blue!, bin % levels);
        values[cell * levels ** 3 + bin]! += share / (side * side);
      }
    }
  }
  return values;
}

/** Sharpness values [sharpnessGrid²][levels], as shares of the pixels of a cell's every second row. */
export function sharpness(
  { size, planes }: Square,
  { sharpnessLevels: levels, sharpnessGrid: grid }: Parameters,
): Float64Array {
  const values = new Float64Array(grid * grid * levels);
  const side = size / grid;
  const inside = (i: number) => Math.min(Math.max(i, 0), size - 1);
  for (let y = 0; y < size; y += 2) {
    for (let x = 0; x < size; x++) {
      const differences = [0, 1, 2].map((channel) => {
        const at = (x: number, y: number) =>
          planes[channel * size * size + inside(y) * size + inside(x)]!;
        const around = at(x - 1, y) + at(x + 1, y) + at(x, y - 1) +
          at(x, y + 1);
        return Math.abs(4 * at(x, y) - around);
      });
      const level = halfOctave(Math.max(...differences) + 2);
      const cell = Math.floor(y / side) * grid + Math.floor(x / side);
      values[cell * levels + Math.min(level, levels - 1)]! += 2 / (side * side);
    }
  }
  return values;
}

/** In which of 2…3, 3…4, 4…6, 6…8, 8…12 and so on a value lies, from 0. */
function halfOctave(value: number): number {
  let level = 0;
  for (let low = 2; value >= 2 * low; low *= 2) level += 2;
  return value >= 3 * 2 ** (level / 2) ? level + 1 : level;
}

/** The descriptor before it is rounded to bytes, limited to 255. */
export function descriptor(square: Square, parameters: Parameters): number[] {
  const gradientValues = pairs(square, parameters);
  const total = gradientValues.reduce((sum, value) => sum + value, 0);
  const root = (value: number, scale: number) =>
    Math.min(255, scale * Math.sqrt(value));
  return [
    ...Array.from(
      gradientValues,
      (value) =>
        total === 0 ? 0 : root(value / total, parameters.gradientScale),
    ),
    ...Array.from(
      colors(square, parameters),
      (value) => root(value, parameters.colorScale),
    ),
    ...Array.from(
      sharpness(square, parameters),
      (value) => root(value, parameters.sharpnessScale),
    ),
  ];
}
