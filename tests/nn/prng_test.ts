import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { Random, splitMix64 } from "../../src/nn/prng.ts";

Deno.test("SplitMix64 gives the published first outputs for seed 1234567", () => {
  // The vector that implementations of the algorithm are commonly checked with.
  const expected = [
    6457827717110365317n,
    3203168211198807973n,
    9817491932198370423n,
    4593380528125082431n,
    16408922859458223821n,
  ];
  assertEquals(
    expected.map((_, index) => splitMix64(1234567n, BigInt(index))),
    expected,
  );
});

Deno.test("xoshiro128** follows its definition from the state 1, 2, 3, 4", () => {
  // First output: rotl(s1 · 5, 7) · 9 = rotl(10, 7) · 9 = 1280 · 9.
  const random = new Random(Uint32Array.of(1, 2, 3, 4));
  assertEquals([random.uint32(), random.uint32()], [11520, 0]);
  // Twin in unbounded integers.
  const twin = [1n, 2n, 3n, 4n];
  const rotl = (x: bigint, k: bigint) =>
    BigInt.asUintN(32, (x << k) | (x >> (32n - k)));
  const again = new Random(Uint32Array.of(1, 2, 3, 4));
  for (let n = 0; n < 1000; n++) {
    const result = BigInt.asUintN(
      32,
      rotl(BigInt.asUintN(32, twin[1]! * 5n), 7n) * 9n,
    );
    const t = BigInt.asUintN(32, twin[1]! << 9n);
    twin[2]! ^= twin[0]!;
    twin[3]! ^= twin[1]!;
    twin[1]! ^= twin[2]!;
    twin[0]! ^= twin[3]!;
    twin[2]! ^= t;
    twin[3] = rotl(twin[3]!, 11n);
    assertEquals(again.uint32(), Number(result));
  }
});

Deno.test("seeds and streams give different numbers, equal ones the same", () => {
  const first = (seed: number, stream?: string) =>
    Random.fromSeed(seed, stream).uint32();
  const draws = [
    first(0),
    first(1),
    first(-1),
    first(0, "a"),
    first(0, "b"),
    first(0, "ab"),
  ];
  assertEquals(new Set(draws).size, draws.length);
  assertEquals(first(0, "a"), first(0, "a"));
});

Deno.test("below is uniform over its range and refuses others", () => {
  const counts = new Array(6).fill(0);
  const random = Random.fromSeed(1);
  for (let n = 0; n < 60000; n++) counts[random.below(6)]++;
  counts.forEach((count) => assertAlmostEquals(count, 10000, 400));
  for (const bound of [0, -1, 1.5, 2 ** 32 + 1, NaN]) {
    assertThrows(
      () => random.below(bound),
      RangeError,
      "expected an integer in [1, 2^32]",
    );
  }
});

Deno.test("shuffle permutes, each position equally likely", () => {
  const counts = Array.from({ length: 4 }, () => new Array(4).fill(0));
  const random = Random.fromSeed(2);
  for (let n = 0; n < 24000; n++) {
    const values = [0, 1, 2, 3];
    random.shuffle(values);
    assertEquals(values.toSorted(), [0, 1, 2, 3]);
    values.forEach((value, position) => counts[value]![position]++);
  }
  counts.flat().forEach((count) => assertAlmostEquals(count, 6000, 300));
});

Deno.test("a seed that is not a safe integer, or a state that is not one, is refused", () => {
  for (const seed of [0.5, NaN, 2 ** 53]) {
    assertThrows(() => Random.fromSeed(seed), RangeError, `got ${seed}`);
  }
  for (const state of [[], [0, 0, 0, 0], [1, 2, 3], [1, 2, 3, 4, 5]]) {
    assertThrows(
      () => new Random(Uint32Array.from(state)),
      RangeError,
      "expected four words, not all zero",
    );
  }
});
