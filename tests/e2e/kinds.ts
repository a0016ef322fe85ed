/** A small model for visits: heads of every kind, with labels that look like markup. @module */

import jpeg from "jpeg-js";
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

/** Twelve drawings as JPEGs, by the names of their files. */
export function drawings(): [name: string, bytes: Uint8Array][] {
  return ITEMS.map((item) => {
    const { data } = jpeg.encode(drawSketch("amazon", item, 1), 90);
    return [`${item}.jpg`, new Uint8Array(data)];
  });
}
