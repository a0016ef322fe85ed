import {
  assert,
  assertEquals,
  assertGreater,
  assertNotEquals,
  assertThrows,
} from "@std/assert";
import {
  drawSketch,
  SKETCH_ITEMS,
  SKETCH_LOOKS,
  sketchTraits,
} from "../../src/sketches/draw.ts";
import { DataError } from "../../src/errors.ts";
import { SKETCH_HEADS, sketchSource } from "../../src/data/sketch_source.ts";

async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}

/** The share of pixels for which `is` holds of red, green and blue. */
function shareOf(
  data: Uint8Array,
  is: (r: number, g: number, b: number) => boolean,
): number {
  let count = 0;
  for (let i = 0; i < data.length; i += 4) {
    if (is(data[i]!, data[i + 1]!, data[i + 2]!)) count++;
  }
  return count / (data.length / 4);
}

Deno.test("the sketch set has Office-31's items and domains", () => {
  assertEquals(SKETCH_LOOKS, ["amazon", "dslr", "webcam"]);
  assertEquals(SKETCH_ITEMS.length, 31);
  assertEquals(SKETCH_ITEMS.slice(0, 3), ["back_pack", "bike", "bike_helmet"]);
  assertEquals(SKETCH_ITEMS.slice(-3), [
    "stapler",
    "tape_dispenser",
    "trash_can",
  ]);
});

Deno.test("a drawing's bytes are the same on every machine", async () => {
  const digests = [
    await sha256(drawSketch("amazon", "mug", 0).data),
    await sha256(drawSketch("dslr", "bike", 1).data),
    await sha256(drawSketch("webcam", "scissors", 2).data),
  ];
  assertEquals(digests, [
    "614ec0e5b63abc1c6f8ff4809d1165c1508e717d22850654e625faeb00ec2419",
    "5a3a999e76bfd5f8386cb8fa28fef08dfb93950ecde84b2defe7f2bba0c62f6d",
    "dd275dc619361291a25b406d68f613f72f9fbc6234ef225a9d4d1f3bfd60bc67",
  ]);
});

Deno.test("variants, looks and items differ", () => {
  const mug = drawSketch("dslr", "mug", 0).data;
  assertNotEquals(drawSketch("dslr", "mug", 1).data, mug);
  assertNotEquals(drawSketch("amazon", "mug", 0).data, mug);
  assertNotEquals(drawSketch("dslr", "pen", 0).data, mug);
});

Deno.test("every item is visible on the white of a product shot, and leaves white around it", () => {
  for (const item of SKETCH_ITEMS) {
    const { data } = drawSketch("amazon", item, 0);
    const white = shareOf(data, (r, g, b) => Math.min(r, g, b) > 240);
    assert(
      white > 0.15 && white < 0.97,
      `${item}: ${white} of the image is white`,
    );
  }
});

Deno.test("a desk has no white ground, and a webcam half the resolution", () => {
  const sharp = drawSketch("dslr", "stapler", 0);
  const coarse = drawSketch("webcam", "stapler", 0);
  assertEquals([sharp.width, sharp.height], [128, 128]);
  assertEquals([coarse.width, coarse.height], [64, 64]);
  for (const { data } of [sharp, coarse]) {
    assertGreater(shareOf(data, (r, g, b) => Math.min(r, g, b) <= 240), 0.8);
  }
});

Deno.test("drawings are opaque", () => {
  const { data } = drawSketch("webcam", "mouse", 3);
  for (let i = 3; i < data.length; i += 4) assertEquals(data[i], 255);
});

Deno.test("what is not in the set cannot be drawn", () => {
  assertThrows(
    () => drawSketch("film", "mug", 0),
    RangeError,
    "expected one of amazon, dslr",
  );
  assertThrows(
    () => drawSketch("dslr", "fork", 0),
    RangeError,
    'the item "fork": expected one of',
  );
  assertThrows(() => drawSketch("dslr", "toString", 0), RangeError);
});

Deno.test("what is known of a drawing is what its scene was made of", () => {
  for (const look of SKETCH_LOOKS) {
    const traits = Array.from(
      { length: 40 },
      (_, variant) => sketchTraits(look, "mug", variant),
    );
    assertEquals(sketchTraits(look, "mug", 7), traits[7]);
    for (const { turn } of traits) assert(turn >= 0 && turn <= 15);
    const shaded = traits.filter((trait) => trait.shaded).length;
    if (look === "amazon") assert(shaded > 10 && shaded < 30);
    else assertEquals(shaded, 40);
  }
  assertThrows(() => sketchTraits("dslr", "fork", 0), RangeError);
  assertThrows(() => sketchTraits("film", "mug", 0), RangeError);
});

Deno.test("the sketch set as a source lists every drawing once, in order", () => {
  const { heads, entries, warnings } = sketchSource(2);
  assertEquals(heads, [
    { name: "domain", kind: "classes", labels: ["amazon", "dslr", "webcam"] },
    { name: "item", kind: "classes", labels: SKETCH_ITEMS },
  ]);
  assertEquals(entries.length, 3 * 31 * 2);
  assertEquals(new Set(entries.map((entry) => entry.id)).size, entries.length);
  assertEquals(entries[63], {
    id: "sketch/dslr/back_pack/1",
    labels: [1, 0],
    origin: { kind: "sketch", look: "dslr", item: "back_pack", variant: 1 },
  });
  assertEquals(warnings, []);
  assertThrows(() => sketchSource(0), RangeError);
  assertThrows(() => sketchSource(1, ["price"]), DataError);
});

Deno.test("the sketch set knows more of its drawings when asked", () => {
  const names = SKETCH_HEADS.map(({ name }) => name);
  assertEquals(names, ["domain", "item", "turn", "shaded"]);
  const { heads, entries } = sketchSource(1, names);
  assertEquals(heads, SKETCH_HEADS);
  for (const { labels: [domain, item, turn, shaded] } of entries) {
    const traits = sketchTraits(
      SKETCH_LOOKS[domain!]!,
      SKETCH_ITEMS[item!]!,
      0,
    );
    assertEquals(traits, { turn: turn!, shaded: shaded === 1 });
  }
  const turned = sketchSource(1, ["turn"]);
  assertEquals(turned.heads, [SKETCH_HEADS[2]!]);
  assertEquals(turned.entries[5]!.labels, [entries[5]!.labels[2]!]);
});
