import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import fc from "fast-check";
import { CheckpointError } from "../../src/errors.ts";
import { createArena } from "../../src/kernels/arena.ts";
import {
  allocateNetwork,
  parametersOf,
  readParameter,
  writeParameter,
} from "../../src/model/network.ts";
import type { HeadSpec } from "../../src/heads/kinds.ts";
import {
  checkSizes,
  featureCount,
  parameterCount,
  type Sizes,
  tensorSpecs,
} from "../../src/model/sizes.ts";
import { loadParameters, parametersFrom } from "../../src/model/state.ts";
import { classesHead, numberHead, twoHeads } from "../heads/specs.ts";

const SIZES: Sizes = { inputs: 5, hidden: [9, 3], heads: twoHeads(2, 11) };

function networkOf(sizes: Sizes) {
  return createArena((allocate) => allocateNetwork(allocate, sizes));
}

Deno.test("tensors are named and shaped as PyTorch would, in table order", async () => {
  const { views } = await networkOf(SIZES);
  assertEquals(
    parametersOf(views).map(({ name, shape }) => ({ name, shape })),
    [
      { name: "trunk.0.weight", shape: [9, 5] },
      { name: "trunk.0.bias", shape: [9] },
      { name: "trunk.1.weight", shape: [3, 9] },
      { name: "trunk.1.bias", shape: [3] },
      { name: "head.domain.weight", shape: [2, 3] },
      { name: "head.domain.bias", shape: [2] },
      { name: "head.item.weight", shape: [11, 3] },
      { name: "head.item.bias", shape: [11] },
    ],
  );
  assertEquals(
    parametersOf(views).map(({ name, shape }) => ({ name, shape })),
    tensorSpecs(SIZES),
  );
  assertEquals(parameterCount(SIZES), 45 + 9 + 27 + 3 + 6 + 2 + 33 + 11);
  assertEquals(featureCount(SIZES), 3);
  assertEquals(featureCount({ ...SIZES, hidden: [] }), 5);
});

Deno.test("what is written row-major is read back, and padding stays zero", () =>
  fc.assert(fc.asyncProperty(
    fc.integer({ min: 1, max: 20 }),
    fc.integer({ min: 1, max: 20 }),
    async (inputs, items) => {
      const { views } = await networkOf({
        ...SIZES,
        inputs,
        hidden: [],
        heads: twoHeads(2, items),
      });
      const tensors = parametersOf(views);
      let value = 1;
      for (const tensor of tensors) {
        const count = tensor.shape.reduce((product, size) => product * size, 1);
        const rowMajor = Float32Array.from({ length: count }, () => value++);
        writeParameter(tensor, rowMajor);
        assertEquals(readParameter(tensor), rowMajor);
      }
      const written = views.all.filter((entry) => entry !== 0).length;
      assertEquals(written, value - 1);
    },
  )));

Deno.test("a tensor of another length is refused", async () => {
  const { views } = await networkOf(SIZES);
  for (const tensor of parametersOf(views)) {
    assertThrows(
      () => writeParameter(tensor, new Float32Array(1)),
      TypeError,
      `Cannot write ${tensor.name}`,
    );
  }
});

Deno.test("a model that lacks a tensor is refused", async () => {
  const { views } = await networkOf(SIZES);
  const parameters = parametersFrom(views);
  loadParameters(views, parameters);
  parameters.delete("head.item.bias");
  assertThrows(
    () => loadParameters(views, parameters),
    CheckpointError,
    "expected a tensor head.item.bias, got none",
  );
});

Deno.test("sizes that no model can have are refused", async () => {
  const [domain, item] = SIZES.heads as [HeadSpec, HeadSpec];
  const number = { ...numberHead("width"), standardDeviation: 0 };
  const refused: [Partial<Sizes>, string][] = [
    [{ inputs: 0 }, "expected inputs to be a whole number ≥ 1, got 0"],
    [{ hidden: [4, 1.5] }, "expected hidden[1]"],
    [{ heads: [] }, "expected at least one head"],
    [{ heads: [domain, item, domain] }, "expected heads of different names"],
    [
      { heads: [classesHead("item", 0)] },
      "expected the head item to have different labels",
    ],
    [{ heads: [classesHead("image", 2)] }, "a name other than image"],
    [{ heads: [classesHead("a.b", 2)] }, "letters, digits"],
    [
      { heads: [number] },
      "the head width to have a positive standard deviation",
    ],
  ];
  for (const [change, message] of refused) {
    assertThrows(
      () => checkSizes({ ...SIZES, ...change }),
      RangeError,
      message,
    );
    await assertRejects(
      () => networkOf({ ...SIZES, ...change }),
      RangeError,
      message,
    );
  }
});
