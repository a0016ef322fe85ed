/**
 * Preprocessing: the parameters by which images are described, and all that follows from them.
 *
 * @module
 */

/** The parameters that turn an image into a descriptor; they travel inside the weights file as JSON. */
export interface Preprocessing {
  /** Of the method; another method has another name. */
  readonly name: string;
  /** Side of the square, in pixels; a multiple of 4. */
  readonly size: number;
  /** Lengths of the offsets between paired gradients, in pixels along an axis. */
  readonly radii: readonly number[];
  /** Cells along either side in which pairs are counted; divides the size. */
  readonly cells: number;
  /** Cells along either side that those are pooled to; at least 2. */
  readonly grid: number;
  /** Bytes per unit of √(share of all pairs). */
  readonly gradientScale: number;
  /** Levels of each of red, green and blue; at least 2. */
  readonly colorLevels: number;
  /** Cells along either side, for colours; divides the size. */
  readonly colorGrid: number;
  /** Bytes per unit of √(share of a cell's pixels), for colours. */
  readonly colorScale: number;
  /** Half octaves of how much a pixel differs from those around it. */
  readonly sharpnessLevels: number;
  /** Cells along either side, for sharpness; four times it divides the size. */
  readonly sharpnessGrid: number;
  /** Bytes per unit of √(share of the pixels of a cell's every second row), for sharpness. */
  readonly sharpnessScale: number;
  /**
   * True if a network sees every image twice, as it is and mirrored, and
   * answers with the mean of its logits.
   */
  readonly mirrored?: boolean;
}

/** The method of descriptor.ts. */
const NAME = "gradient-pairs-2";

/** Eighths of a turn. */
export const OCTANTS = 8;

/** The preprocessing of new models. */
export const PREPROCESSING: Preprocessing = {
  name: NAME,
  size: 96,
  radii: [1, 4],
  cells: 6,
  grid: 3,
  gradientScale: 2000,
  colorLevels: 4,
  colorGrid: 2,
  colorScale: 192,
  sharpnessLevels: 16,
  sharpnessGrid: 2,
  sharpnessScale: 192,
  mirrored: true,
};

/**
 * The number of values of a descriptor.
 *
 * @throws {RangeError} If the preprocessing is not one that this module knows.
 */
export function descriptorLength(preprocessing: Preprocessing): number {
  return lengthOf(descriptorLayout(preprocessing).flat());
}

/**
 * The number of values of each part of a descriptor: gradients, then colours, then
 * sharpness. Values of one part are in one unit.
 *
 * @throws {RangeError} If the preprocessing is not one that this module knows.
 */
export function descriptorParts(
  preprocessing: Preprocessing,
): [gradients: number, colors: number, sharpness: number] {
  const [gradients, colors, sharpness] = descriptorLayout(preprocessing);
  return [lengthOf(gradients), lengthOf(colors), lengthOf(sharpness)];
}

/** The part of a descriptor that a value belongs to. */
export type ValueKind =
  | "single gradients"
  | `pairs at radius ${number}`
  | "colours"
  | "sharpness";

/** Values of one kind that lie together in a descriptor. */
export interface Stretch {
  readonly kind: ValueKind;
  readonly length: number;
}

/**
 * The layout of a descriptor: the stretches of each part, in their order.
 *
 * @throws {RangeError} If the preprocessing is not one that this module knows.
 */
export function descriptorLayout(
  preprocessing: Preprocessing,
): [gradients: Stretch[], colors: Stretch[], sharpness: Stretch[]] {
  checkPreprocessing(preprocessing);
  const { grid } = preprocessing;
  return [
    Array.from({ length: grid ** 2 }, () => cellLayout(preprocessing)).flat(),
    [{ kind: "colours", length: colorLength(preprocessing) }],
    [{ kind: "sharpness", length: sharpnessLength(preprocessing) }],
  ];
}

function cellLayout({ radii }: Preprocessing): Stretch[] {
  return [
    { kind: "single gradients", length: OCTANTS },
    ...radii.map((radius): Stretch => ({
      kind: `pairs at radius ${radius}`,
      length: 4 * OCTANTS * OCTANTS,
    })),
  ];
}

/**
 * The number of values that tell of each cell of the gradients' grid; they lie cell after
 * cell from the first value on.
 */
export function descriptorCells(preprocessing: Preprocessing): number[] {
  checkPreprocessing(preprocessing);
  const length = cellLength(preprocessing);
  return Array.from({ length: preprocessing.grid ** 2 }, () => length);
}

/** The number of values of a cell: single gradients, then pairs by offset. */
export function cellLength(preprocessing: Preprocessing): number {
  return lengthOf(cellLayout(preprocessing));
}

function lengthOf(stretches: readonly Stretch[]): number {
  return stretches.reduce((sum, { length }) => sum + length, 0);
}

/** The reach of an offset, in pixels along an axis. */
export function marginOf({ radii }: Preprocessing): number {
  return Math.max(0, ...radii);
}

/** Holds what may come from a file to what the kernels take, and to a reasonable size. */
function checkPreprocessing(preprocessing: Preprocessing): void {
  const { name, size, radii, cells, grid } = preprocessing;
  const { colorLevels, colorGrid, sharpnessLevels, sharpnessGrid } =
    preprocessing;
  const whole = (value: number, least: number, most: number) =>
    Number.isInteger(value) && value >= least && value <= most;
  const positive = (value: number) => Number.isFinite(value) && value > 0;
  const { mirrored = false } = preprocessing;
  const known = name === NAME && whole(size, 4, 1024) && size % 4 === 0 &&
    Array.isArray(radii) && radii.length <= 16 &&
    radii.every((r) => whole(r, 1, size - 1)) &&
    whole(cells, 1, 64) && size % cells === 0 && whole(grid, 2, 16) &&
    whole(colorLevels, 2, 16) && whole(colorGrid, 1, 16) &&
    size % colorGrid === 0 &&
    whole(sharpnessLevels, 1, 64) && whole(sharpnessGrid, 1, 16) &&
    size % (4 * sharpnessGrid) === 0 &&
    positive(preprocessing.gradientScale) &&
    positive(preprocessing.colorScale) &&
    positive(preprocessing.sharpnessScale) &&
    typeof mirrored === "boolean" &&
    colorLength(preprocessing) % 4 === 0 && // the kernels work on fours
    sharpnessLength(preprocessing) % 4 === 0;
  if (!known) {
    throw new RangeError(
      `Cannot describe images: expected the preprocessing "${NAME}", got ${
        JSON.stringify(preprocessing)
      }`,
    );
  }
}

function colorLength({ colorGrid, colorLevels }: Preprocessing): number {
  return colorGrid ** 2 * colorLevels ** 3;
}

function sharpnessLength(
  { sharpnessGrid, sharpnessLevels }: Preprocessing,
): number {
  return sharpnessGrid ** 2 * sharpnessLevels;
}
