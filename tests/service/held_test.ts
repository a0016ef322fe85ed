import { assert, assertEquals } from "@std/assert";
import { costOf } from "../../src/service/image_cost.ts";
import { Held } from "../../src/service/held.ts";

const jpeg = (memory: number) => ({ memory, after: "kept" }) as const;
const png = (memory: number) => ({ memory, after: "garbage" }) as const;
const MEGA = 1_000_000;

Deno.test("JPEGs use the memory of those before them, others add theirs", () => {
  const held = new Held();
  for (const memory of [100, 140, 90, 140]) {
    assert(!held.overflows(jpeg(memory * MEGA)));
  }
  assertEquals(held.bytes, 140 * MEGA);
  assert(!held.overflows(png(50 * MEGA)));
  assertEquals(held.bytes, 190 * MEGA);
});

Deno.test("before a worker holds too much, all is given back that the next image does not use", () => {
  const held = new Held();
  assert(!held.overflows(jpeg(150 * MEGA)));
  assert(held.overflows(png(100 * MEGA)));
  assertEquals(held.bytes, 100 * MEGA);
  assert(!held.overflows(png(100 * MEGA)));
  assert(held.overflows(jpeg(10 * MEGA)));
  assertEquals(held.bytes, 10 * MEGA);
  held.clear();
  assertEquals(held.bytes, 0);
});

Deno.test("only JPEGs in colours keep their memory, others leave it to the garbage", () => {
  const header = {
    type: "jpeg",
    width: 2000,
    height: 1000,
    orientation: 1,
  } as const;
  assertEquals(costOf(header, 5), {
    heavy: true,
    memory: 24 * MEGA + 5,
    after: "kept",
  });
  assertEquals(costOf({ ...header, inks: true }, 5).after, "garbage");
  assertEquals(costOf({ ...header, type: "png" }, 5).after, "garbage");
});

Deno.test("an image is heavy by its pixels, the passes over them, or the bytes of its file", () => {
  const heavy = (width: number, passes: number, bytes: number) =>
    costOf(
      { type: "jpeg", width, height: 400, passes, orientation: 1 },
      bytes,
    ).heavy;
  assertEquals(heavy(1000, 1, 2_000_000), false);
  assertEquals(heavy(1001, 1, 5), true);
  assertEquals(heavy(100, 10, 5), false);
  assertEquals(heavy(100, 11, 5), true);
  assertEquals(heavy(1, 1, 2_000_001), true);
});
