import { assertEquals, assertRejects } from "@std/assert";
import type { Describer } from "../../src/service/describer.ts";
import { InPlace } from "../../src/service/in_place.ts";

Deno.test("the memory of a heavy image is given back, whether it can be decoded or not", async () => {
  const calls: string[] = [];
  const inPlace = new InPlace(
    {
      describe: ([byte]: Uint8Array) => {
        calls.push(`describe ${byte}`);
        return byte === 2
          ? Promise.reject(new Error("damaged"))
          : Promise.resolve({ descriptor: new Uint8Array(), phases: [] });
      },
      rest: () => void calls.push("rest"),
    } as unknown as Describer,
  );
  await inPlace.describe(Uint8Array.of(1), true);
  await assertRejects(() => inPlace.describe(Uint8Array.of(2), true), Error);
  await inPlace.describe(Uint8Array.of(3), false);
  assertEquals(calls, [
    "describe 1",
    "rest",
    "describe 2",
    "rest",
    "describe 3",
  ]);
});
