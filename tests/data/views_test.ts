import {
  assert,
  assertEquals,
  assertNotEquals,
  assertThrows,
} from "@std/assert";
import fc from "fast-check";
import { TRAINING_VIEWS, viewOf } from "../../src/data/views.ts";
import { checkView, PLAIN_VIEW } from "../../src/image/view.ts";

const HASH = fc.nat().map((n) => n.toString(16).padStart(64, "0"));
const CROP = fc.integer({ min: 2, max: TRAINING_VIEWS - 1 });

Deno.test("the first view is the image as it is, the second mirrored", () => {
  assertEquals(viewOf("ab", 0), PLAIN_VIEW);
  assertEquals(viewOf("ab", 1), { ...PLAIN_VIEW, flip: true });
});

Deno.test("every crop lies in the image and keeps most of it", () => {
  fc.assert(fc.property(HASH, CROP, (hash, index) => {
    const view = viewOf(hash, index);
    checkView(view);
    assert(view.width > 0.7 && view.height > 0.7);
    assertEquals(view.flip, index % 2 === 1);
  }));
});

Deno.test("colours change within bounds, the channels much alike", () => {
  fc.assert(fc.property(HASH, CROP, (hash, index) => {
    const { gain, offset } = viewOf(hash, index);
    assert(gain.every((value) => value > 0.69 && value < 1.34));
    assert(Math.max(...gain) / Math.min(...gain) < 1.16);
    assert(offset.every((value) => Math.abs(value) <= 15));
  }));
});

Deno.test("a view depends on the content and the index, and on nothing else", () => {
  fc.assert(fc.property(HASH, CROP, (hash, index) => {
    assertEquals(viewOf(hash, index), viewOf(hash, index));
    assertNotEquals(viewOf(hash, index), viewOf(hash, index + 1));
    assertNotEquals(viewOf(hash, index), viewOf(`${hash}0`, index));
  }));
});

Deno.test("an index that is no index is refused", () => {
  for (const index of [-1, 0.5, NaN]) {
    assertThrows(() => viewOf("ab", index), RangeError, `got ${index}`);
  }
});
