/** A small model for visits: heads of every kind, with labels that look like markup. @module */

import jpeg from "jpeg-js";
import { Random } from "../../src/nn/prng.ts";
import { drawSketch } from "../../src/sketches/draw.ts";
import { binaryHead, classesHead, numberHead } from "../heads/specs.ts";
import { modelBytes } from "../service/fixture.ts";

/** A label that would run, were it taken for markup. */
export const HOSTILE_LABEL = "<img src=x onerror=document.title='run'>";
/** The labels of its head `thing`. */
export const THINGS = [
  "book",
  HOSTILE_LABEL,
  "mug",
  "pen",
  "ruler",
  'sponge, "wet"',
];

const ITEMS = [
  "bike",
  "bottle",
  "calculator",
  "keyboard",
  "mouse",
  "mug",
  "pen",
  "phone",
  "ruler",
  "scissors",
  "speaker",
  "stapler",
];

/** The bytes of its weights file. */
export function kindsModel(): Uint8Array<ArrayBuffer> {
  return modelBytes({
    heads: [
      classesHead("place", ["studio", "street"]),
      binaryHead("worn"),
      classesHead("thing", THINGS),
      numberHead("width", 20, 5),
    ],
    guard: false,
    replay: false,
  });
}

/** Random tiles, as a JPEG of the size of a photograph: 2000 pixels a side, over a megabyte. */
export function largePhotograph(): Uint8Array {
  const [side, tile] = [2000, 5];
  const random = Random.fromSeed(1, "photograph");
  const columns = side / tile;
  const tiles = Array.from(
    { length: columns * columns },
    () => random.uniform() * 256,
  );
  const data = new Uint8Array(4 * side * side);
  for (let i = 0; i < side * side; i++) {
    const row = Math.floor(i / side / tile);
    const shade = tiles[row * columns + Math.floor(i % side / tile)]!;
    data.set([shade, shade, 255 - shade, 255], 4 * i);
  }
  const image = { data, width: side, height: side };
  return new Uint8Array(jpeg.encode(image, 90).data);
}

/** Twelve drawings as JPEGs, by the names of their files. */
export function drawings(): [name: string, bytes: Uint8Array][] {
  return ITEMS.map((item) => {
    const { data } = jpeg.encode(drawSketch("amazon", item, 1), 90);
    return [`${item}.jpg`, new Uint8Array(data)];
  });
}
