/**
 * The area average, slowly: every cell of the upright square from the pixels
 * under it, in double precision and with no shortcuts.
 *
 * @module
 */

/** An RGBA image as stored. */
export interface PlainImage {
  readonly width: number;
  readonly height: number;
  readonly data: ArrayLike<number>;
}

/** A rectangle in fractions of the upright image. */
export interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Where pixel (x, y) of the upright image is stored, by EXIF orientation. */
const STORED_AT: Record<
  number,
  (
    x: number,
    y: number,
    right: number,
    bottom: number,
  ) => readonly [number, number]
> = {
  1: (x, y) => [x, y],
  2: (x, y, right) => [right - x, y],
  3: (x, y, right, bottom) => [right - x, bottom - y],
  4: (x, y, _right, bottom) => [x, bottom - y],
  5: (x, y) => [y, x],
  6: (x, y, right) => [y, right - x],
  7: (x, y, right, bottom) => [bottom - y, right - x],
  8: (x, y, _right, bottom) => [bottom - y, x],
};

/** The upright image. */
export function upright(image: PlainImage, orientation: number): PlainImage {
  const turned = orientation >= 5;
  const width = turned ? image.height : image.width;
  const height = turned ? image.width : image.height;
  const data: number[] = [];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [column, row] = STORED_AT[orientation]!(
        x,
        y,
        width - 1,
        height - 1,
      );
      for (let c = 0; c < 4; c++) {
        data.push(image.data[(row * image.width + column) * 4 + c]!);
      }
    }
  }
  return { width, height, data };
}

/** A channel of a pixel over white, rounded to a byte as on a screen. */
function overWhite(
  image: PlainImage,
  x: number,
  y: number,
  channel: number,
): number {
  const offset = (y * image.width + x) * 4;
  const alpha = image.data[offset + 3]! / 255;
  return 255 - Math.round(alpha * (255 - image.data[offset + channel]!));
}

/** How much of pixel i lies between start and stop. */
function overlap(i: number, start: number, stop: number): number {
  return Math.max(0, Math.min(i + 1, stop) - Math.max(i, start));
}

/** The mean of a channel over a rectangle, in pixels. */
function mean(
  image: PlainImage,
  channel: number,
  left: number,
  top: number,
  right: number,
  bottom: number,
): number {
  let sum = 0;
  let area = 0;
  for (
    let y = Math.floor(top);
    y < Math.min(Math.ceil(bottom), image.height);
    y++
  ) {
    for (
      let x = Math.floor(left);
      x < Math.min(Math.ceil(right), image.width);
      x++
    ) {
      const weight = overlap(x, left, right) * overlap(y, top, bottom);
      sum += weight * overWhite(image, x, y, channel);
      area += weight;
    }
  }
  return sum / area;
}

/** The area average of a rectangle of an upright image: planes R, G, B of size×size, not rounded. */
export function square(
  image: PlainImage,
  { x, y, width, height }: Rectangle,
  size: number,
): number[] {
  const planes: number[] = [];
  const columns = (j: number) => (x + width * j / size) * image.width;
  const rows = (i: number) => (y + height * i / size) * image.height;
  for (let channel = 0; channel < 3; channel++) {
    for (let i = 0; i < size; i++) {
      for (let j = 0; j < size; j++) {
        planes.push(
          mean(
            image,
            channel,
            columns(j),
            rows(i),
            columns(j + 1),
            rows(i + 1),
          ),
        );
      }
    }
  }
  return planes;
}
