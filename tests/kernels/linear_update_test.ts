import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertGreater,
  assertGreaterOrEqual,
} from "@std/assert";
import fc from "fast-check";
import { PANEL } from "../../src/kernels/panels.ts";
import { weightGradient } from "../reference/linear.ts";
import { bits } from "./blocks.ts";
import {
  callWeightGradient,
  type Layer,
  layerOf,
  matricesOf,
  paddingBits,
  rectify,
  SHAPES,
} from "./linear_layer.ts";

/** stepSize, β₁, β₂, ε and 1/√(1 − β₂ᵗ) of some step. */
const ADAM = [1e-2, 0.9, 0.999, 1e-8, 12.3] as const;

function callFused(
  layer: Layer,
  [panel, panels]: readonly [number, number],
  [gradientScale, l2, decay]: readonly [number, number, number],
): void {
  const {
    kernels,
    blocks: { x, g, w, m, v, scratch },
    batch,
    inputs,
    xStride,
    yStride,
  } = layer;
  const at = 4 * panel * inputs * PANEL;
  const [stepSize, beta1, beta2, epsilon, inverseSqrtBiasCorrection2] = ADAM;
  kernels.linearWeightGradientAdam({
    x: x.byteOffset,
    xStride,
    g: g.byteOffset + 4 * panel * PANEL,
    gStride: yStride,
    w: w.byteOffset + at,
    m: m.byteOffset + at,
    v: v.byteOffset + at,
    batch,
    inputs,
    panels,
    scratch: scratch.byteOffset,
    gradientScale,
    stepSize,
    beta1,
    beta2,
    epsilon,
    inverseSqrtBiasCorrection2,
    l2,
    decay,
  });
}

function callSeparately(
  layer: Layer,
  [gradientScale, l2, decay]: readonly [number, number, number],
): void {
  const { kernels, blocks: { w, dw, m, v } } = layer;
  callWeightGradient(layer, [0, layer.panels]);
  kernels.scale(dw.byteOffset, dw.length, gradientScale);
  const [update, rate] = decay === 0
    ? [kernels.adam, l2] as const
    : [kernels.adamw, decay] as const;
  update(
    w.byteOffset,
    dw.byteOffset,
    m.byteOffset,
    v.byteOffset,
    w.length,
    ...ADAM,
    rate,
  );
}

const stateBits = ({ blocks: { w, m, v } }: Layer) => [w, m, v].map(bits);

Deno.test("gradient and Adam in one pass give the bits of one after the other", async () => {
  for (const shape of SHAPES) {
    for (
      const factors of [[1, 0, 0], [0.3, 0.01, 0], [0.7, 0, 0.05]] as const
    ) {
      const [fused, separate] = [await layerOf(shape), await layerOf(shape)];
      [fused, separate].forEach(rectify);
      for (let step = 0; step < 2; step++) {
        callFused(fused, [0, fused.panels], factors);
        callSeparately(separate, factors);
      }
      fused.assertIntact();
      assertEquals(stateBits(fused), stateBits(separate));
      const { blocks: { w, m, v } } = fused;
      const padding = [w, m, v].flatMap((block) => paddingBits(block, fused));
      assert(padding.every((lane) => lane === 0), "padding lanes");
    }
  }
});

Deno.test("the bits of a panel's update do not depend on the other panels", async () => {
  for (const batch of [9, 33]) {
    const shape = { batch, inputs: 300, outputs: 280 };
    const [together, apart] = [await layerOf(shape), await layerOf(shape)];
    callFused(together, [0, together.panels], [1, 0, 0]);
    for (let p = 0; p < apart.panels; p++) callFused(apart, [p, 1], [1, 0, 0]);
    assertEquals(stateBits(apart), stateBits(together));
  }
});

function sumOfSquaresOf(
  { kernels, blocks: { x, g }, batch, inputs, panels, xStride, yStride }: Layer,
): number {
  return kernels.linearWeightGradientSumOfSquares(
    x.byteOffset,
    xStride,
    g.byteOffset,
    yStride,
    batch,
    inputs,
    panels,
  );
}

Deno.test("the gradient's sum of squares without the gradient is that of its twin", async () => {
  for (const shape of SHAPES.filter(({ batch }) => batch < 100)) {
    const layer = await layerOf(shape);
    const { x, g } = matricesOf(layer);
    const expected = weightGradient(x, g, shape.inputs, shape.outputs).flat()
      .reduce((sum, value) => sum + value * value, 0);
    assertAlmostEquals(sumOfSquaresOf(layer), expected, 1e-11 * expected);
  }
});

Deno.test("rows that cancel leave a sum of squares of zero", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 40 }),
      fc.nat(999),
      async (inputs, seed) => {
        const layer = await layerOf({ batch: 2, inputs, outputs: 5 }, seed);
        const { blocks: { x, g }, xStride, yStride } = layer;
        assertGreater(sumOfSquaresOf(layer), 0);
        x.copyWithin(xStride, 0, xStride);
        for (let o = 0; o < 5; o++) g[yStride + o] = -g[o]!;
        assertEquals(sumOfSquaresOf(layer), 0);
      },
    ),
    { numRuns: 30 },
  );
});

Deno.test("rows that nearly cancel leave a sum of squares that rounding cannot push below zero", async () => {
  for (let seed = 0; seed < 100; seed++) {
    const layer = await layerOf({ batch: 3, inputs: 9, outputs: 5 }, seed);
    const { blocks: { x, g }, xStride, yStride } = layer;
    for (const r of [1, 2]) x.copyWithin(r * xStride, 0, xStride);
    for (let o = 0; o < 5; o++) g[2 * yStride + o] = -(g[o]! + g[yStride + o]!);
    assertGreaterOrEqual(sumOfSquaresOf(layer), 0);
  }
});

Deno.test("a gradient that is not finite shows in the sum of squares", async () => {
  for (const value of [NaN, Infinity]) {
    const layer = await layerOf({ batch: 3, inputs: 5, outputs: 4 });
    layer.blocks.g[layer.yStride + 2] = value;
    assert(!Number.isFinite(sumOfSquaresOf(layer)));
  }
});
