import { assertAlmostEquals } from "@std/assert";
import { createArena } from "../../src/kernels/arena.ts";
import {
  packedLength,
  packPanels,
  panelCount,
} from "../../src/kernels/panels.ts";
import { forward } from "../reference/linear.ts";

Deno.test("the forward pass is x·Wᵀ + b", async () => {
  const [batch, inputs, outputs] = [5, 7, 11];
  const width = panelCount(outputs) * 8;
  const { kernels, views: { x, w, b, y } } = await createArena((allocate) => ({
    x: allocate.floats(batch * inputs),
    w: allocate.floats(packedLength(outputs, inputs)),
    b: allocate.floats(width),
    y: allocate.floats(batch * width),
  }));
  for (let i = 0; i < x.length; i++) x[i] = Math.fround(i % 13 - 6);
  for (let i = 0; i < outputs; i++) b[i] = i;
  const weights = Float32Array.from(
    { length: outputs * inputs },
    (_, i) => i % 7 - 3,
  );
  packPanels(weights, outputs, inputs, w);
  kernels.linearForward(
    x.byteOffset,
    inputs,
    w.byteOffset,
    b.byteOffset,
    y.byteOffset,
    width,
    batch,
    inputs,
    panelCount(outputs),
  );
  const rows = (values: Float32Array, n: number, width: number) =>
    Array.from(
      { length: n },
      (_, r) => [...values.subarray(r * width, (r + 1) * width)],
    );
  const expected = forward(
    rows(x, batch, inputs),
    rows(weights, outputs, inputs),
    [...b.subarray(0, outputs)],
  );
  expected.forEach((row, r) =>
    row.forEach((value, o) =>
      assertAlmostEquals(y[r * width + o]!, value, 1e-4)
    )
  );
});
