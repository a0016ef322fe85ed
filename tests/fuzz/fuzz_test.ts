// Damaged bytes at every way in, a few of them. `deno task fuzz` throws more.

import { assertEquals } from "@std/assert";
import { mutate } from "./mutate.ts";
import { fuzz } from "./run.ts";
import { type Surface, withSurfaces } from "./surfaces.ts";
import { Random } from "../../src/nn/prng.ts";

const INPUTS = 1500;

Deno.test("damaged bytes are refused or taken, and nothing else happens", async () => {
  await withSurfaces(async (surfaces) => {
    let inputs = 0;
    for await (const finding of fuzz(surfaces, 20)) {
      assertEquals(finding, undefined);
      if (++inputs === INPUTS) break;
    }
  });
});

Deno.test("sound bytes are taken everywhere", async () => {
  await withSurfaces(async (surfaces) => {
    for (const { seeds, take } of surfaces) {
      for (const seed of seeds) await take(seed.slice());
    }
  });
});

const FINDINGS = new URL("./findings/", import.meta.url);
const found = await Array.fromAsync(Deno.readDir(FINDINGS)).catch(() => []);

Deno.test({
  name: "what was found once is found no more",
  ignore: found.length === 0,
  fn: () =>
    withSurfaces(async (surfaces) => {
      for (const { name } of found) {
        const surface = surfaces.find((each) =>
          name.startsWith(`${each.name.replace(/\W+/g, "_")}-`)
        );
        await surface!.take(await Deno.readFile(new URL(name, FINDINGS)));
      }
    }),
});

Deno.test("a surface that fails is found, with the bytes that made it", async () => {
  const fragile: Surface = {
    name: "fragile",
    seeds: [new Uint8Array(20)],
    take: (bytes) =>
      bytes[3] ? Promise.reject(new Error("ouch")) : Promise.resolve(),
  };
  for await (const finding of fuzz([fragile], 1)) {
    if (finding === undefined) continue;
    assertEquals([finding.surface, String(finding.error)], [
      "fragile",
      "Error: ouch",
    ]);
    assertEquals(finding.bytes[3] !== 0, true);
    break;
  }
});

Deno.test("the same seed damages alike", () => {
  const seed = Uint8Array.from({ length: 100 }, (_, i) => i);
  const run = () => {
    const random = Random.fromSeed(7, "test");
    return Array.from({ length: 50 }, () => mutate(seed, [seed], random));
  };
  assertEquals(run(), run());
});
