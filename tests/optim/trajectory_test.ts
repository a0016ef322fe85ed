import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertThrows,
} from "@std/assert";
import { createArena } from "../../src/kernels/arena.ts";
import { createOptimizer, OPTIMIZER_NAMES } from "../../src/optim/registry.ts";
import { integerPower } from "../../src/optim/optimizer.ts";
import { learningRateFactor, SCHEDULES } from "../../src/optim/schedule.ts";
import { shared } from "../shared.ts";

/** PyTorch's trajectories in doubles, for g[t][i] = sin(0.7 t + i). */
interface Vectors {
  readonly x0: number[];
  readonly traj: Record<
    string,
    { x: number[][]; hyperparameters: { lr: number } }
  >;
}

const VECTORS = shared("reference/optimizer-vectors.json");

const CASES: [string, string, Record<string, number | boolean>][] = [
  ["sgd", "sgd", {}],
  ["sgd_wd", "sgd", { weightDecay: 0.01 }],
  ["momentum", "momentum", {}],
  ["nesterov", "nesterov", {}],
  ["adam_eps1e-8", "adam", {}],
  ["adam_eps1e-12", "adam", { epsilon: 1e-12 }],
  ["adamw", "adamw", { weightDecay: 0.01 }],
  ["amsgrad_torch", "amsgrad", {}],
  ["adagrad", "adagrad", {}],
  ["adadelta", "adadelta", { rho: 0.95 }],
  ["rmsprop", "rmsprop", { alpha: 0.9 }],
];

for (const [trajectory, name, options] of CASES) {
  Deno.test({
    name: `${trajectory}: a hundred steps follow PyTorch's (needs ../shared)`,
    ignore: VECTORS === undefined,
    async fn() {
      const vectors: Vectors = JSON.parse(await Deno.readTextFile(VECTORS!));
      const { x, hyperparameters } = vectors.traj[trajectory]!;
      const optimizer = createOptimizer(name, options);
      const { kernels, views } = await createArena((allocate) => ({
        parameter: allocate.floats(4),
        gradient: allocate.floats(4),
        moments: optimizer.slots.map(() => allocate.floats(4)),
      }));
      views.parameter.set(vectors.x0);
      x.forEach((expected, index) => {
        const step = index + 1;
        views.gradient.forEach((_, i) =>
          views.gradient[i] = Math.sin(0.7 * step + i)
        );
        const learningRate = hyperparameters.lr;
        optimizer.update(kernels, {
          ...views,
          step,
          learningRate,
          decay: true,
        });
        expected.forEach((value, i) => {
          assertAlmostEquals(
            views.parameter[i]!,
            value,
            2e-5,
            `step ${step}, x[${i}]`,
          );
        });
      });
    },
  });
}

Deno.test("weight decay spares tensors it does not apply to", async () => {
  for (const name of OPTIMIZER_NAMES) {
    const step = async (weightDecay: number, decay: boolean) => {
      const optimizer = createOptimizer(name, { weightDecay });
      const { kernels, views } = await createArena((allocate) => ({
        parameter: allocate.floats(3),
        gradient: allocate.floats(3),
        moments: optimizer.slots.map(() => allocate.floats(3)),
      }));
      views.parameter.set([1, 2, 3]);
      views.gradient.set([0.1, -0.2, 0.3]);
      optimizer.update(kernels, {
        ...views,
        step: 1,
        learningRate: 0.1,
        decay,
      });
      return Array.from(views.parameter);
    };
    assertEquals(await step(0.5, false), await step(0, true), name);
    // The decay turns the sign of this gradient, which even the first step of Adam feels.
    assert((await step(0.5, true))[1] !== (await step(0, true))[1], name);
  }
});

Deno.test("hyperparameters out of their range are refused", () => {
  const refuse = (
    name: string,
    options: Record<string, number | boolean>,
    message: string,
  ) => assertThrows(() => createOptimizer(name, options), RangeError, message);
  refuse("adam", { beta1: 1 }, "expected beta1 in [0, 1), got 1");
  refuse("adamw", { beta2: -0.1 }, "expected beta2 in [0, 1), got -0.1");
  refuse("adam", { epsilon: 0 }, "expected epsilon");
  refuse("adamw", { weightDecay: NaN }, "expected weightDecay");
  refuse("sgd", { momentum: 1.5 }, "expected momentum in [0, 1), got 1.5");
  refuse("sgd", { nesterov: true }, "expected momentum > 0 for Nesterov");
  refuse(
    "adamm",
    {},
    `expected one of ${OPTIMIZER_NAMES.join(", ")}, got "adamm"`,
  );
  refuse("toString", {}, 'got "toString"');
});

Deno.test("integer powers agree with the engine's to rounding", () => {
  for (const base of [0.9, 0.999, 0.5, 1]) {
    for (const exponent of [0, 1, 2, 3, 10, 999, 65536]) {
      const expected = base ** exponent;
      assertAlmostEquals(
        integerPower(base, exponent),
        expected,
        1e-11 * expected + 1e-300,
      );
    }
  }
});

Deno.test("schedules stay in (0, 1], peak at 1 and end where they should", async () => {
  const { kernels } = await createArena(() => null);
  const steps = 200;
  for (const schedule of SCHEDULES) {
    const factors = Array.from(
      { length: steps },
      (_, t) => learningRateFactor(kernels, schedule, t + 1, steps),
    );
    assert(factors.every((factor) => factor > 0 && factor <= 1), schedule);
    assertAlmostEquals(Math.max(...factors), 1, 1e-3);
  }
  assertEquals(learningRateFactor(kernels, "cosine", 1, steps), 1);
  assertAlmostEquals(
    learningRateFactor(kernels, "cosine", 101, steps),
    0.5,
    1e-12,
  );
  assertAlmostEquals(
    learningRateFactor(kernels, "one-cycle", 1, steps),
    1 / 25,
    1e-12,
  );
  assertAlmostEquals(
    learningRateFactor(kernels, "one-cycle", 60, steps),
    1,
    1e-12,
  );
  assertAlmostEquals(
    learningRateFactor(kernels, "one-cycle", steps, steps),
    4e-6,
    1e-12,
  );
});
