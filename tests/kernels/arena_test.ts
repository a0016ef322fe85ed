import { assert, assertEquals, assertRejects } from "@std/assert";
import { CapacityError } from "../../src/errors.ts";
import { type Allocator, createArena } from "../../src/kernels/arena.ts";

Deno.test("blocks of an arena are zeroed, 64-byte aligned and apart", async () => {
  const { views } = await createArena((allocate) => [
    allocate.floats(5),
    allocate.ints(17),
    allocate.bytes(65),
    allocate.floats(0),
    allocate.floats(40000),
  ]);
  assertEquals(views.map((view) => view.length), [5, 17, 65, 0, 40000]);
  for (const view of views) {
    assertEquals(view.byteOffset % 64, 0);
    assert(view.every((value) => value === 0));
  }
  views.forEach((view, i) => view.fill(i + 1));
  views.forEach((view, i) => assert(view.every((value) => value === i + 1)));
});

Deno.test("an arena leaves the first page to the kernels' constants", async () => {
  const { kernels, views } = await createArena((allocate) =>
    allocate.floats(100)
  );
  assert(views.byteOffset >= 65536);
  const before = kernels.exp(1.5);
  views.fill(-1);
  assertEquals(kernels.exp(1.5), before);
});

Deno.test("an arena's layout first counts with empty arrays", async () => {
  const lengths: number[] = [];
  await createArena((allocate) => {
    lengths.push(allocate.floats(10).length);
  });
  assertEquals(lengths, [0, 10]);
});

Deno.test("an arena refuses a length that is not a whole number", async () => {
  for (const length of [-1, 1.5, NaN]) {
    await assertRejects(
      () => createArena((allocate: Allocator) => allocate.floats(length)),
      RangeError,
      `got ${length}`,
    );
  }
});

Deno.test("an arena refuses more than 4 GiB", async () => {
  await assertRejects(
    () => createArena((allocate) => allocate.bytes(2 ** 32)),
    CapacityError,
    "at most 4 GiB, got 4.0 GiB",
  );
});

Deno.test("an arena refuses a layout that grows between its two runs", async () => {
  let runs = 0;
  await assertRejects(
    () => createArena((allocate) => allocate.floats(100 * ++runs)),
    RangeError,
    "same blocks twice",
  );
});
