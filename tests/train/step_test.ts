import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertThrows,
} from "@std/assert";
import { UNKNOWN } from "../../src/heads/head.ts";
import { type HeadSpec, widthOf } from "../../src/heads/kinds.ts";
import { PANEL } from "../../src/kernels/panels.ts";
import {
  forward,
  parametersOf,
  readParameter,
  type RowsPerExample,
  writeParameter,
} from "../../src/model/network.ts";
import type { Sizes } from "../../src/model/sizes.ts";
import { momentsFrom, parametersFrom } from "../../src/model/state.ts";
import { Random } from "../../src/nn/prng.ts";
import { adam } from "../../src/optim/adam.ts";
import { createOptimizer } from "../../src/optim/registry.ts";
import { sgd } from "../../src/optim/sgd.ts";
import { trainStep } from "../../src/train/step.ts";
import {
  createTrainer,
  initialize,
  type Trainer,
} from "../../src/train/trainer.ts";
import { fourHeads, numberHead, twoHeads } from "../heads/specs.ts";
import {
  centralDifferences,
  lossOf,
  meanLogitsOf,
  type Parameters,
  type Row,
} from "../reference/network.ts";

const SHAPES: Sizes[] = [
  { inputs: 5, hidden: [], heads: twoHeads(1, 2) },
  { inputs: 7, hidden: [6], heads: twoHeads(3, 9) },
  { inputs: 17, hidden: [9, 8], heads: twoHeads(2, 31) },
  { inputs: 3, hidden: [4, 3, 5], heads: twoHeads(8, 1) },
  { inputs: 7, hidden: [6, 5], heads: fourHeads() },
  { inputs: 6, hidden: [5], heads: [numberHead("width")] },
];

/** A label of a head that is already what the loss compares with: numbers are standardized. */
function randomLabel(head: HeadSpec, random: Random): number {
  return head.kind === "number"
    ? Math.fround(4 * random.uniform() - 2)
    : random.below(head.kind === "binary" ? 2 : head.labels.length);
}

function randomRows(
  sizes: Sizes,
  count: number,
  seed: number,
  rowsPerExample: RowsPerExample = 1,
): Row[] {
  const random = Random.fromSeed(seed, "rows");
  const input = () =>
    Array.from(
      { length: sizes.inputs },
      () => Math.fround(4 * random.uniform() - 2),
    );
  return Array.from({ length: count }, (_, b) => ({
    input: input(),
    ...(rowsPerExample === 2 && { second: input() }),
    labels: sizes.heads.map((head, h) =>
      b % 4 === h + 1 ? UNKNOWN : randomLabel(head, random)
    ),
  }));
}

function load({ workspace, network }: Trainer, rows: readonly Row[]): void {
  const { inputs, inputStride } = workspace.activations;
  inputs.fill(0);
  rows.forEach((row, b) => {
    inputs.set(row.input, b * inputStride);
    if (row.second !== undefined) {
      inputs.set(row.second, (rows.length + b) * inputStride);
    }
    workspace.labels.heads.forEach(({ label, other }, h) => {
      label[b] = row.labels[h]!;
      other[b] = (row.others ?? row.labels)[h]!;
    });
    workspace.labels.share[b] = row.share ?? 1;
  });
  assertEquals(network.sizes.inputs, rows[0]!.input.length);
}

function doubles({ network }: Trainer): Parameters {
  return new Map(
    Array.from(
      parametersFrom(network),
      ([name, values]) => [name, Float64Array.from(values)],
    ),
  );
}

/** Gives every parameter a size at which its gradient can be told from zero. */
function scatter({ network }: Trainer, seed: number): void {
  const random = Random.fromSeed(seed, "scatter");
  for (const tensor of parametersOf(network)) {
    const values = readParameter(tensor).map(() => random.uniform() - 0.5);
    writeParameter(tensor, values);
  }
}

const CASES = SHAPES.flatMap((sizes) =>
  ([1, 2] as const).map((rowsPerExample) => ({ sizes, rowsPerExample }))
);

for (const { sizes, rowsPerExample } of CASES) {
  const title = `${sizes.inputs}-[${sizes.hidden}]-${
    sizes.heads.map(widthOf).join("+")
  }, ${rowsPerExample} rows each`;

  Deno.test(`the composite logits are those of the f64 twin (${title})`, async () => {
    const trainer = await createTrainer(sizes, adam(), 9, 1, rowsPerExample);
    scatter(trainer, 1);
    const rows = randomRows(sizes, 9, 2, rowsPerExample);
    load(trainer, rows);
    const { activations } = trainer.workspace;
    forward(trainer.kernels, trainer.network, activations, rows.length);
    rows.forEach((row, b) => {
      const expected = meanLogitsOf(sizes, doubles(trainer), row);
      const z = activations.logits.subarray(b * activations.logitStride);
      const got = sizes.heads.flatMap((head, h) => {
        const column = activations.columns[h]!;
        return [...z.subarray(column, column + widthOf(head))];
      });
      expected.forEach((value, c) => assertAlmostEquals(got[c]!, value, 2e-5));
    });
  });

  Deno.test(`gradients of the whole network pass central differences (${title})`, async () => {
    const trainer = await createTrainer(sizes, sgd(), 9, 1, rowsPerExample);
    scatter(trainer, 3);
    const random = Random.fromSeed(4);
    const rows = randomRows(sizes, 9, 4, rowsPerExample).map((row): Row => ({
      ...row,
      others: sizes.heads.map((head) => randomLabel(head, random)),
      share: Math.fround(random.uniform()),
    }));
    const parameters = doubles(trainer);
    const weights = sizes.heads.map((_, h) => 1 + h / 2);
    const loss = () =>
      lossOf(sizes, parameters, rows, { smoothing: 0.1, weights });
    const expected = centralDifferences(parameters, loss);
    load(trainer, rows);
    const { losses, gradientNorm } = trainStep(trainer, rows.length, {
      learningRate: 1,
      labelSmoothing: Math.fround(0.1),
      headWeights: weights,
      measureGradientNorm: true,
    });
    assertAlmostEquals(losses.total, loss(), 1e-5);
    assertAlmostEquals(
      losses.total,
      losses.heads.reduce((sum, each, h) => sum + weights[h]! * each, 0),
      1e-12,
    );
    assertDescended(trainer, parameters, expected);
    let squares = 0;
    for (const slopes of expected.values()) {
      for (const slope of slopes) squares += slope * slope;
    }
    assertAlmostEquals(gradientNorm!, Math.sqrt(squares), 1e-4);
  });
}

/** Asserts that a step of plain descent at rate 1 moved every parameter by its slope. */
function assertDescended(
  { network }: Trainer,
  before: Parameters,
  slopes: Parameters,
): void {
  for (const [name, after] of parametersFrom(network)) {
    slopes.get(name)!.forEach((slope, i) => {
      const moved = before.get(name)![i]! - after[i]!;
      assertAlmostEquals(moved, slope, 2e-5, `${name}[${i}]`);
    });
  }
}

Deno.test("gradients pass central differences where units are dropped", async () => {
  const sizes = SHAPES[2]!;
  const trainer = await createTrainer(sizes, sgd(), 9);
  scatter(trainer, 3);
  const parameters = doubles(trainer);
  const rows = randomRows(sizes, 9, 4);
  load(trainer, rows);
  const random = Random.fromSeed(5);
  trainStep(trainer, rows.length, {
    learningRate: 1,
    hiddenDropout: 0.4,
    random: () => random.uint32(),
  });
  const { masks } = trainer.workspace;
  const masked = rows.map((row, b): Row => ({
    ...row,
    masks: trainer.network.trunk.map(({ panels }, l) =>
      Array.from(
        masks[l]!.subarray(b * panels * PANEL).slice(0, panels * PANEL),
      )
    ),
  }));
  const factors = new Set(masked.flatMap(({ masks }) => masks!.flat()));
  assertEquals([...factors].sort(), [0, Math.fround(1 / 0.6)]);
  const loss = () => lossOf(sizes, parameters, masked);
  assertDescended(trainer, parameters, centralDifferences(parameters, loss));
});

Deno.test("the gradient norm is clipped to its bound, direction kept", async () => {
  const sizes = SHAPES[1]!;
  const rows = randomRows(sizes, 6, 5);
  const move = async (maxGradientNorm: number) => {
    const trainer = await createTrainer(sizes, sgd(), 6);
    initialize(trainer.network, 6);
    const before = trainer.network.all.slice();
    load(trainer, rows);
    const { gradientNorm } = trainStep(trainer, 6, {
      learningRate: 1,
      maxGradientNorm,
      measureGradientNorm: true,
    });
    return {
      moved: before.map((value, i) => value - trainer.network.all[i]!),
      gradientNorm,
    };
  };
  const free = await move(Infinity);
  const bound = free.gradientNorm! / 4;
  const clipped = await move(bound);
  assertEquals(clipped.gradientNorm, free.gradientNorm);
  const norm = Math.sqrt(
    clipped.moved.reduce((sum, value) => sum + value * value, 0),
  );
  assertAlmostEquals(norm, bound, 1e-5 * bound);
  clipped.moved.forEach((value, i) =>
    assertAlmostEquals(4 * value, free.moved[i]!, 1e-5)
  );
  assertEquals((await move(free.gradientNorm! * 2)).moved, free.moved);
});

Deno.test("a head without labels neither moves nor ages", async () => {
  const sizes = SHAPES[1]!;
  const trainer = await createTrainer(sizes, adam(), 4);
  initialize(trainer.network, 7);
  const step = (rows: Row[]) => {
    load(trainer, rows);
    trainStep(trainer, rows.length, { learningRate: 0.01 });
  };
  const rows = randomRows(sizes, 4, 8);
  step(rows);
  const before = parametersFrom(trainer.network);
  const moments = momentsFrom(trainer.state, trainer.optimizer.slots);
  step(rows.map((row) => ({ ...row, labels: [UNKNOWN, 3] })));
  const after = parametersFrom(trainer.network);
  const momentsAfter = momentsFrom(trainer.state, trainer.optimizer.slots);
  for (const name of ["head.domain.weight", "head.domain.bias"]) {
    assertEquals(after.get(name), before.get(name));
    assertEquals(momentsAfter.get(name), moments.get(name));
    assertEquals(momentsAfter.get(name)!.step, 1);
  }
  for (const name of ["trunk.0.weight", "head.item.weight", "head.item.bias"]) {
    assert(after.get(name)!.some((value, i) => value !== before.get(name)![i]));
    assertEquals(momentsAfter.get(name)!.step, 2);
  }
});

Deno.test("a gradient that is not finite changes nothing", async () => {
  const sizes = SHAPES[1]!;
  const trainer = await createTrainer(sizes, adam(), 4);
  initialize(trainer.network, 9);
  const before = trainer.network.all.slice();
  const rows = randomRows(sizes, 4, 10);
  load(trainer, rows);
  trainer.workspace.activations.inputs[0] = Infinity;
  const { finite } = trainStep(trainer, 4, { learningRate: 0.01 });
  assertEquals(finite, false);
  assertEquals(trainer.network.all, before);
  assertEquals(trainer.state.steps.size, 0);
});

Deno.test("a gradient too large for the 32-bit floats changes nothing, however small the loss", async () => {
  const sizes = SHAPES[0]!;
  const trainer = await createTrainer(sizes, sgd(), 1);
  const input = Array(sizes.inputs).fill(3e38);
  load(trainer, [{ input, labels: [0, 1] }]);
  const { finite, losses } = trainStep(trainer, 1, { learningRate: 1e-38 });
  assertAlmostEquals(losses.total, Math.LN2, 1e-6);
  assertEquals(finite, false);
  assert(trainer.network.all.every((value) => value === 0));
});

Deno.test("weight decay shrinks weights and leaves biases alone", async () => {
  const sizes = SHAPES[2]!;
  const [learningRate, weightDecay] = [0.5, 0.1];
  for (const name of ["sgd", "adamw"]) {
    const stepped = async (weightDecay: number) => {
      const optimizer = createOptimizer(name, { weightDecay });
      const trainer = await createTrainer(sizes, optimizer, 5);
      scatter(trainer, 11);
      const before = parametersFrom(trainer.network);
      load(trainer, randomRows(sizes, 5, 12));
      trainStep(trainer, 5, { learningRate });
      return { before, after: parametersFrom(trainer.network) };
    };
    const { before, after } = await stepped(weightDecay);
    const plain = (await stepped(0)).after;
    for (const [tensor, values] of before) {
      const share = tensor.endsWith(".weight") ? learningRate * weightDecay : 0;
      values.forEach((value, i) => {
        const shrunk = plain.get(tensor)![i]! - after.get(tensor)![i]!;
        assertAlmostEquals(shrunk, share * value, 1e-6, `${name} ${tensor}`);
      });
    }
  }
});

Deno.test("padding stays zero through steps of every optimizer with dropout and decay", async () => {
  const sizes = SHAPES[2]!;
  for (const name of ["sgd", "nesterov", "adam", "adamw"]) {
    const trainer = await createTrainer(
      sizes,
      createOptimizer(name, { weightDecay: 0.1 }),
      5,
    );
    initialize(trainer.network, 11);
    const random = Random.fromSeed(12);
    for (let t = 0; t < 3; t++) {
      load(trainer, randomRows(sizes, 5, t));
      trainStep(trainer, 5, {
        learningRate: 0.01,
        inputDropout: 0.2,
        hiddenDropout: 0.5,
        random: () => random.uint32(),
      });
    }
    for (const { name, shape, values } of parametersOf(trainer.network)) {
      const [outputs, inputs = 1] = shape;
      for (let i = 0; i < values.length; i++) {
        const panel = Math.floor(i / (inputs * PANEL));
        if (panel * PANEL + i % PANEL >= outputs!) {
          assertEquals(values[i], 0, `${name} padding`);
        }
      }
    }
  }
});

Deno.test("hidden dropout drops about its share of units and keeps the expected sum", async () => {
  const sizes = { inputs: 4, hidden: [512], heads: twoHeads(2, 2) };
  const trainer = await createTrainer(sizes, sgd(), 16);
  trainer.network.trunk[0]!.bias.fill(1);
  load(trainer, randomRows(sizes, 16, 13));
  const random = Random.fromSeed(14);
  trainStep(trainer, 16, {
    learningRate: 0.1,
    hiddenDropout: 0.5,
    random: () => random.uint32(),
  });
  const hidden = trainer.workspace.activations.hidden[0]!.subarray(0, 16 * 512);
  const kept = hidden.filter((value) => value !== 0);
  assert(kept.every((value) => value === 2));
  assertAlmostEquals(kept.length / hidden.length, 0.5, 0.03);
});

Deno.test("a step without examples, or with more than there is room for, is refused", async () => {
  const trainer = await createTrainer(SHAPES[0]!, sgd(), 4);
  for (const rows of [0, -1, 5, NaN]) {
    assertThrows(
      () => trainStep(trainer, rows, { learningRate: 1 }),
      RangeError,
      `Cannot take a training step: expected 1 to 4 examples, got ${rows}`,
    );
  }
});

Deno.test("Adam in the pass of the gradient has the bits of Adam after it", async () => {
  for (const name of ["adam", "adamw"]) {
    for (const maxGradientNorm of [Infinity, 0.5]) {
      const sizes = SHAPES[2]!;
      const train = async (fused: boolean) => {
        const { updateWeights, ...plain } = createOptimizer(name, {
          weightDecay: 0.1,
        });
        assert(updateWeights !== undefined);
        const optimizer = fused ? { ...plain, updateWeights } : plain;
        const trainer = await createTrainer(sizes, optimizer, 9);
        initialize(trainer.network, 21);
        for (let t = 0; t < 4; t++) {
          load(trainer, randomRows(sizes, 9, t));
          trainStep(trainer, 9, { learningRate: 0.01, maxGradientNorm });
        }
        return [trainer.network, ...trainer.state.slots].map(({ all }) =>
          all.slice()
        );
      };
      assertEquals(await train(true), await train(false));
    }
  }
});
