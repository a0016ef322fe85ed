import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  biasGradient,
  forward,
  inputGradient,
  type Matrix,
  weightGradient,
} from "../reference/linear.ts";
import { multiplyAdd } from "../reference/multiply_add.ts";
import { bits, rowsOf } from "./blocks.ts";
import {
  callForward,
  callInputGradient,
  callWeightGradient,
  layerOf,
  matricesOf,
  paddingBits,
  rectify,
  type Shape,
  SHAPES,
  unpacked,
} from "./linear_layer.ts";

/** Sums in single precision may be off by this share of the sum of magnitudes. */
const TOLERANCE = 1e-6;

function assertNear(
  got: Matrix,
  expected: Matrix,
  magnitudes: Matrix,
  { batch, inputs, outputs }: Shape,
) {
  assertEquals(got.map((row) => row.length), expected.map((row) => row.length));
  expected.forEach((row, r) =>
    row.forEach((value, c) => {
      const error = Math.abs(got[r]![c]! - value);
      assert(
        error <= TOLERANCE * (1 + magnitudes[r]![c]!),
        `[${batch}, ${inputs}, ${outputs}] at [${r}, ${c}]: expected ${value}, got ${
          got[r]![c]
        }`,
      );
    })
  );
}

const absolute = (matrix: Matrix) => matrix.map((row) => row.map(Math.abs));

Deno.test("the forward pass is that of its twin, and leaves what lies between the rows", async () => {
  for (const shape of SHAPES) {
    const layer = await layerOf(shape);
    const { batch, outputs, panels, yStride, blocks: { y } } = layer;
    callForward(layer, [0, batch], [0, panels]);
    layer.assertIntact();
    const { x, w, b } = matricesOf(layer);
    const got = rowsOf(y, batch, yStride, outputs);
    const magnitudes = forward(absolute(x), absolute(w), b.map(Math.abs));
    assertNear(got, forward(x, w, b), magnitudes, shape);
    for (const row of rowsOf(y, batch, yStride, yStride)) {
      assert(
        row.slice(outputs, panels * 8).every((lane) => Object.is(lane, 0)),
        "padding lanes",
      );
      assert(
        row.slice(panels * 8).every((value) => value === 77),
        "between the rows",
      );
    }
  }
});

Deno.test("the bits of an output depend neither on the other rows nor on the other panels", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 0, max: 600 }),
      fc.integer({ min: 1, max: 40 }),
      fc.nat(),
      async (batch, inputs, outputs, seed) => {
        const layer = await layerOf({ batch, inputs, outputs }, seed % 1000);
        const { panels, blocks: { y } } = layer;
        callForward(layer, [0, batch], [0, panels]);
        const together = bits(y);
        y.fill(77);
        for (let r = 0; r < batch; r++) {
          for (let p = 0; p < panels; p++) callForward(layer, [r, 1], [p, 1]);
        }
        assertEquals(bits(y), together);
      },
    ),
    { numRuns: 40 },
  );
});

Deno.test("the gradient of the inputs is that of its twin, overwriting and accumulating", async () => {
  for (const shape of SHAPES) {
    const layer = await layerOf(shape);
    const { batch, inputs, xStride, blocks: { dx } } = layer;
    const { g, w } = matricesOf(layer);
    const expected = inputGradient(g, w, inputs);
    const magnitudes = inputGradient(absolute(g), absolute(w), inputs);
    callInputGradient(layer, 0);
    assertNear(rowsOf(dx, batch, xStride, inputs), expected, magnitudes, shape);
    callInputGradient(layer, 1);
    layer.assertIntact();
    const twice = (matrix: Matrix) =>
      matrix.map((row) => row.map((value) => 2 * value));
    assertNear(
      rowsOf(dx, batch, xStride, inputs),
      twice(expected),
      twice(magnitudes),
      shape,
    );
    for (const row of rowsOf(dx, batch, xStride, xStride)) {
      assert(
        row.slice(inputs).every((value) => value === 77),
        "between the rows",
      );
    }
  }
});

Deno.test("the gradients of weights and bias are those of their twins, with padding lanes zero", async () => {
  for (const shape of SHAPES) {
    const layer = await layerOf(shape);
    const { inputs, outputs, panels, blocks: { dw, db } } = layer;
    callWeightGradient(layer, [0, panels]);
    layer.assertIntact();
    const { x, g } = matricesOf(layer);
    const magnitudes = weightGradient(
      absolute(x),
      absolute(g),
      inputs,
      outputs,
    );
    assertNear(
      unpacked(dw, shape),
      weightGradient(x, g, inputs, outputs),
      magnitudes,
      shape,
    );
    assertNear(
      [Array.from(db.subarray(0, outputs))],
      [biasGradient(g, outputs)],
      [biasGradient(absolute(g), outputs)],
      shape,
    );
    const padding = [...paddingBits(dw, layer), ...bits(db.subarray(outputs))];
    assert(padding.every((lane) => lane === 0), "padding lanes");
  }
});

Deno.test("every sum is the documented chain of multiply-adds, rounded once each, to the bit", async () => {
  const layer = await layerOf({ batch: 6, inputs: 301, outputs: 11 });
  const { batch, inputs, outputs, panels, xStride, yStride, blocks } = layer;
  const { x, w, b, g } = matricesOf(layer);
  callForward(layer, [0, batch], [0, panels]);
  assertEquals(
    rowsOf(blocks.y, batch, yStride, outputs),
    x.map((row) =>
      w.map((weights, o) =>
        row.reduce(
          (sum, value, i) => multiplyAdd(sum, value, weights[i]!),
          b[o]!,
        )
      )
    ),
  );
  callInputGradient(layer, 0);
  assertEquals(
    rowsOf(blocks.dx, batch, xStride, inputs),
    g.map((row) =>
      w[0]!.map((_, i) => {
        const lanes = [0, 1, 2, 3].map((lane) =>
          row.reduce((sum, value, o) =>
            o % 4 === lane ? multiplyAdd(sum, value, w[o]![i]!) : sum, 0)
        );
        return Math.fround(
          Math.fround(lanes[0]! + lanes[1]!) +
            Math.fround(lanes[2]! + lanes[3]!),
        );
      })
    ),
  );
});

Deno.test("a weight's gradient is one chain of multiply-adds over all rows, zeros among them", async () => {
  for (const batch of [6, 23, 24, 40]) {
    for (const zeros of [false, true]) {
      const layer = await layerOf({ batch, inputs: 101, outputs: 11 });
      if (zeros) rectify(layer);
      callWeightGradient(layer, [0, layer.panels]);
      const { x, g, w } = matricesOf(layer);
      assertEquals(
        unpacked(layer.blocks.dw, layer),
        w.map((weights, o) =>
          weights.map((_, i) =>
            g.reduce((sum, row, r) => multiplyAdd(sum, row[o]!, x[r]![i]!), 0)
          )
        ),
      );
    }
  }
});

Deno.test("the bits of a panel's gradient do not depend on the other panels", async () => {
  for (
    const shape of [{ batch: 5, inputs: 70, outputs: 300 }, {
      batch: 64,
      inputs: 129,
      outputs: 24,
    }]
  ) {
    const layer = await layerOf(shape);
    const { panels, blocks: { dw, db } } = layer;
    callWeightGradient(layer, [0, panels]);
    const together = [bits(dw), bits(db)];
    dw.fill(77), db.fill(77);
    for (let p = 0; p < panels; p++) callWeightGradient(layer, [p, 1]);
    assertEquals([bits(dw), bits(db)], together);
  }
});

Deno.test("the bits of a row's input gradient do not depend on the other rows", async () => {
  const layer = await layerOf({ batch: 5, inputs: 11, outputs: 20 });
  const { blocks: { dx }, batch, xStride, inputs } = layer;
  callInputGradient(layer, 0);
  const together = rowsOf(dx, batch, xStride, inputs);
  for (let r = 0; r < batch; r++) {
    const alone = {
      ...layer,
      batch: 1,
      blocks: {
        ...layer.blocks,
        g: layer.blocks.g.subarray(r * layer.yStride),
      },
    };
    callInputGradient(alone, 0);
    assertEquals(rowsOf(dx, 1, xStride, inputs), [together[r]]);
  }
});
