import { assert, assertAlmostEquals } from "@std/assert";
import { heUniform, smallUniform } from "../../src/nn/init.ts";
import { Random } from "../../src/nn/prng.ts";

function momentsOf(weights: Float32Array) {
  const mean = weights.reduce((sum, weight) => sum + weight, 0) /
    weights.length;
  const variance =
    weights.reduce((sum, weight) => sum + (weight - mean) ** 2, 0) /
    weights.length;
  return { mean, deviation: Math.sqrt(variance) };
}

Deno.test("He's initial weights have mean 0 and variance 2 / inputs", () => {
  for (const inputs of [10, 400]) {
    const weights = new Float32Array(40_000);
    heUniform(weights, inputs, Random.fromSeed(1));
    const { mean, deviation } = momentsOf(weights);
    const expected = Math.sqrt(2 / inputs);
    assertAlmostEquals(mean, 0, expected / 50);
    assertAlmostEquals(deviation, expected, expected / 100);
    assert(
      weights.every((weight) =>
        Math.abs(weight) <= Math.sqrt(6 / inputs) + 1e-7
      ),
    );
  }
});

Deno.test("initial weights of the heads have mean 0 and deviation 0.01", () => {
  const weights = new Float32Array(40_000);
  smallUniform(weights, Random.fromSeed(2));
  const { mean, deviation } = momentsOf(weights);
  assertAlmostEquals(mean, 0, 2e-4);
  assertAlmostEquals(deviation, 0.01, 1e-4);
});
