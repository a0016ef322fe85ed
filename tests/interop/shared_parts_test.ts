import { assertEquals } from "@std/assert";
import { sharedParts } from "./shared_parts.ts";

Deno.test("only what both values have is left, however deep, in one order", () => {
  assertEquals(
    sharedParts(
      { list: [{ a: 1, b: 2 }, 3], gone: 0 },
      { list: [{ b: 4, a: 1, c: 5 }, 6], more: 0 },
    ).map((value) => JSON.stringify(value)),
    ['{"list":[{"a":1,"b":2},3]}', '{"list":[{"a":1,"b":4},6]}'],
  );
});

Deno.test("what is of another type or length stays, to be found different", () => {
  for (const [a, b] of [[[1], [1, 2]], [{ x: 1 }, [1]], [null, { x: 1 }]]) {
    assertEquals(sharedParts(a, b), [a, b]);
  }
});
