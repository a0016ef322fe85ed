import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { createArena } from "../../src/kernels/arena.ts";
import { Random } from "../../src/nn/prng.ts";
import type { Optimizer } from "../../src/optim/optimizer.ts";
import { createOptimizer, OPTIMIZER_NAMES } from "../../src/optim/registry.ts";
import { shared } from "../shared.ts";
import { type Parameter, type Rule, RULES } from "../reference/optimizers.ts";

/** PyTorch's trajectories in doubles, for g[t][i] = sin(0.7 t + i). */
interface Vectors {
  readonly x0: number[];
  readonly traj: Record<string, {
    readonly x: number[][];
    readonly final_state: Record<string, number | number[]>;
    readonly hyperparameters: Readonly<Record<string, unknown>>;
  }>;
}

const VECTORS = shared("reference/optimizer-vectors.json");

/** The rule that PyTorch's name and hyperparameters stand for. */
function ruleOf(
  name: string,
  hyperparameters: Readonly<Record<string, unknown>>,
): Rule {
  const [family] = name.split("_") as [string];
  const { lr: _, betas, eps, weight_decay, ...rest } = hyperparameters;
  const [beta1, beta2] = (betas ?? []) as number[];
  const given = {
    ...rest,
    beta1,
    beta2,
    epsilon: eps,
    weightDecay: weight_decay,
  } as Record<string, number>;
  const options = Object.fromEntries(
    Object.entries(given).filter(([, value]) => value !== undefined),
  );
  return RULES[family]!(options);
}

Deno.test({
  name:
    "every twin follows PyTorch's trajectory for a hundred steps (needs ../shared)",
  ignore: VECTORS === undefined,
  async fn() {
    const { x0, traj }: Vectors = JSON.parse(
      await Deno.readTextFile(VECTORS!),
    );
    const seen = new Set<string>();
    for (const [name, trajectory] of Object.entries(traj)) {
      const rule = ruleOf(name, trajectory.hyperparameters);
      const parameters = x0.map((x): Parameter => ({ x }));
      trajectory.x.forEach((expected, index) => {
        const step = index + 1;
        const rate = trajectory.hyperparameters.lr as number;
        parameters.forEach((parameter, i) => {
          rule(parameter, Math.sin(0.7 * step + i), step, rate);
          assertAlmostEquals(
            parameter.x,
            expected[i]!,
            1e-12,
            `${name} step ${step}`,
          );
        });
      });
      for (const [moment, values] of Object.entries(trajectory.final_state)) {
        if (moment === "step") continue;
        parameters.forEach((parameter, i) => {
          const expected = (values as number[])[i]!;
          assertAlmostEquals(
            parameter[moment]!,
            expected,
            1e-12,
            `${name} ${moment}`,
          );
        });
      }
      seen.add(name.split("_")[0]!);
    }
    assertEquals([...seen].sort(), [...OPTIMIZER_NAMES].sort());
  },
});

/** W₁ [3, 2], b₁, w₂ and b₂ of the network of PyTorch's test/cpp/api/optim.cpp. */
const SMALL_NETWORK = [
  ...[-0.2109, -0.4976, -0.1413, -0.3420, -0.2524, 0.6976],
  ...[-0.1085, -0.2979, 0.6892],
  ...[-0.0508, -0.3941, -0.2843],
  -0.0711,
];

/** The gradient of that network's loss, the sum of its outputs. */
function smallGradient(x: ArrayLike<number>, gradient: Float64Array): void {
  const sigmoid = (z: number) => 1 / (1 + Math.exp(-z));
  gradient.fill(0);
  for (const [first, second] of [[0.1, 0.2], [0.3, 0.4], [0.5, 0.6]] as const) {
    const hidden = [0, 1, 2].map((j) =>
      sigmoid(x[6 + j]! + x[2 * j]! * first + x[2 * j + 1]! * second)
    );
    const output = sigmoid(
      hidden.reduce((sum, h, j) => sum + x[9 + j]! * h, x[12]!),
    );
    const delta = output * (1 - output);
    gradient[12]! += delta;
    hidden.forEach((h, j) => {
      const back = delta * x[9 + j]! * h * (1 - h);
      gradient[9 + j]! += delta * h;
      gradient[6 + j]! += back;
      gradient[2 * j]! += back * first;
      gradient[2 * j + 1]! += back * second;
    });
  }
}

/** PyTorch, test/cpp/api/optim_baseline.h: the last bias at iteration 100, counted from 0. */
const BASELINE: [string, Record<string, number>, number, number][] = [
  ["adam", {}, 1, -6.435623941],
  ["adagrad", {}, 1, -1.585857742],
  ["rmsprop", {}, 0.1, -1.620764183],
  ["sgd", {}, 0.1, -1.873398068],
  ["nesterov", { weightDecay: 1e-6 }, 0.1, -3.772860155],
  ["adadelta", {}, 1, -0.411090594],
];
const ITERATIONS = 101;

for (const [name, options, rate, expected] of BASELINE) {
  Deno.test(`${name}: twin and kernel train a small network as PyTorch's own tests expect`, async () => {
    const rule = RULES[name]!(options);
    const twins = SMALL_NETWORK.map((x): Parameter => ({ x }));
    const optimizer = createOptimizer(name, options);
    const { kernels, views } = await createTensor(optimizer, 13);
    views.parameter.set(SMALL_NETWORK);
    const gradient = new Float64Array(13);
    for (let step = 1; step <= ITERATIONS; step++) {
      smallGradient(twins.map(({ x }) => x), gradient);
      twins.forEach((twin, i) => rule(twin, gradient[i]!, step, rate));
      smallGradient(views.parameter, gradient);
      views.gradient.set(gradient);
      optimizer.update(kernels, {
        ...views,
        step,
        learningRate: rate,
        decay: true,
      });
    }
    assertAlmostEquals(twins[12]!.x, expected, 1e-9);
    assertAlmostEquals(views.parameter[12]!, expected, 2e-5);
  });
}

/** A tensor of n values with its gradient and moments. */
function createTensor(optimizer: Optimizer, n: number) {
  return createArena((allocate) => ({
    parameter: allocate.floats(n),
    gradient: allocate.floats(n),
    moments: optimizer.slots.map(() => allocate.floats(n)),
  }));
}

const VARIANTS: [string, Record<string, number | boolean>][] = [
  ...OPTIMIZER_NAMES.map((
    name,
  ): [string, Record<string, number>] => [name, {}]),
  ["adamw", { amsgrad: true }],
];

for (const [name, extra] of VARIANTS) {
  Deno.test(`${name} ${JSON.stringify(extra)}: kernels follow the twin in parameters and moments, at any length, with weight decay`, async () => {
    const options = { weightDecay: 0.05, ...extra };
    const optimizer = createOptimizer(name, options);
    const rule = RULES[name]!(options);
    for (const n of [1, 3, 4, 7, 8, 37]) {
      const { kernels, views } = await createTensor(optimizer, n);
      const random = Random.fromSeed(n);
      const twins = Array.from(views.parameter, (_, i): Parameter => {
        views.parameter[i] = 4 * random.uniform() - 2;
        return { x: views.parameter[i]! };
      });
      for (let step = 1; step <= 30; step++) {
        const learningRate = name === "adadelta" ? 1 : 0.01;
        twins.forEach((twin, i) => {
          views.gradient[i] = random.uniform() - 0.5;
          rule(twin, views.gradient[i]!, step, learningRate);
        });
        optimizer.update(kernels, {
          ...views,
          step,
          learningRate,
          decay: true,
        });
        twins.forEach((twin, i) => {
          assertAlmostEquals(views.parameter[i]!, twin.x, 2e-5);
          optimizer.slots.forEach((slot, s) =>
            assertAlmostEquals(views.moments[s]![i]!, twin[slot]!, 2e-5, slot)
          );
        });
      }
    }
  });
}

Deno.test("hyperparameters of the adaptive optimizers out of their range are refused", () => {
  const refuse = (name: string, option: string, value: number) =>
    assertThrows(
      () => createOptimizer(name, { [option]: value }),
      RangeError,
      `Cannot use ${name}: expected ${option} in [`,
    );
  for (const name of ["adagrad", "adadelta", "rmsprop"]) {
    for (const value of [0, -1, NaN, Infinity]) refuse(name, "epsilon", value);
    for (const value of [-1, NaN, Infinity]) refuse(name, "weightDecay", value);
  }
  for (const value of [-0.1, 1, NaN]) {
    refuse("adadelta", "rho", value);
    refuse("rmsprop", "alpha", value);
  }
});

Deno.test("an optimizer made again from its recorded name and options is the same", () => {
  for (const name of OPTIMIZER_NAMES) {
    const optimizer = createOptimizer(name, { weightDecay: 0.25 });
    const again = createOptimizer(optimizer.name, optimizer.options);
    assertEquals(again.options, optimizer.options, name);
    assertEquals(again.slots, optimizer.slots, name);
  }
});
