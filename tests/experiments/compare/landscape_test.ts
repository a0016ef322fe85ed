import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertGreater,
  assertLess,
} from "@std/assert";
import { BOWL, descendBowl } from "../../../src/experiments/compare/bowl.ts";
import {
  crossDoubleWell,
  DOUBLE_WELL,
  type DoubleWellResult,
} from "../../../src/experiments/compare/double_well.ts";
import {
  heightAt,
  type Landscape,
  stepsUntil,
} from "../../../src/experiments/compare/landscape.ts";
import { contourLines } from "../../../src/experiments/compare/path_chart.ts";
import {
  BESIDE,
  crossSaddle,
  SADDLE,
} from "../../../src/experiments/compare/saddle.ts";
import { OPTIMIZER_NAMES } from "../../../src/optim/registry.ts";

const LANDSCAPES: Readonly<Record<string, Landscape>> = {
  bowl: BOWL,
  saddle: SADDLE,
  well: DOUBLE_WELL,
};

for (const [name, landscape] of Object.entries(LANDSCAPES)) {
  Deno.test(`the ${name}'s slope is that of its profile`, () => {
    const h = 1e-5;
    for (const x of [-7, -1.3, 0, 0.2, 0.9, 2]) {
      const { profile, slope } = landscape;
      const central = (profile(x + h) - profile(x - h)) / (2 * h);
      assertAlmostEquals(slope(x), central, 1e-6);
    }
  });

  Deno.test(`the ${name}'s contour lines lie at their level, on both sides of y = 0`, () => {
    for (const level of [-0.5, 0.25, 1, 3]) {
      const lines = contourLines(landscape, [-2.4, 1.7], level);
      for (const point of lines.flat()) {
        assertAlmostEquals(heightAt(landscape, point), level, 1e-6);
      }
      assertEquals(lines.length % 2, 0);
      for (const [x, y] of lines.flat()) {
        assert(lines.flat().some((other) => other[0] === x && other[1] === -y));
      }
    }
  });
}

Deno.test("gradient descent goes down the bowl as its recurrence says", async () => {
  const [descent] = await descendBowl();
  assertEquals(descent!.name, "sgd");
  let [x, y] = [-7, 2];
  for (const [px, py] of descent!.points) {
    assertAlmostEquals(px, x, 1e-5);
    assertAlmostEquals(py, y, 1e-5);
    x -= 0.95 * x / 10;
    y -= 0.95 * 2 * y;
  }
});

Deno.test("every optimizer ends far below where it started in the bowl", async () => {
  const paths = await descendBowl();
  assertEquals(
    paths.map(({ name }) => name).sort(),
    [...OPTIMIZER_NAMES].sort(),
  );
  for (const { name, points } of paths) {
    assertEquals(points.length, 31);
    assertLess(
      heightAt(BOWL, points.at(-1)!),
      heightAt(BOWL, [-7, 2]) / 20,
      name,
    );
  }
});

Deno.test("steps are counted until a way is beyond for good", () => {
  const beyond = ([x]: readonly [number, number]) => x > 0;
  const way = (...xs: number[]) => xs.map((x) => [x, 0] as const);
  assertEquals(stepsUntil(way(-1, 1, -1, 1, 2), beyond), 3);
  assertEquals(stepsUntil(way(-1, 1, 2, -1), beyond), undefined);
  assertEquals(stepsUntil(way(1, 1), beyond), 0);
});

Deno.test("from a saddle's ridge none leaves; beside it, scaled steps do not wait", async () => {
  const results = await crossSaddle();
  assertEquals(
    results.map(({ path }) => path.name).sort(),
    [...OPTIMIZER_NAMES].sort(),
  );
  for (const { path, starts } of results) {
    assertEquals(starts.map(({ beside }) => beside), [...BESIDE]);
    const [on, ...off] = starts.map(({ steps }) => steps);
    assertEquals(on, undefined, path.name);
    const [near, , far] = off as [number, number, number];
    if (
      ["adagrad", "rmsprop", "adam", "amsgrad", "adamw"].includes(path.name)
    ) {
      assertLess(near, far + 3, path.name);
    } else {
      assertGreater(near, 2 * far, path.name);
    }
  }
});

Deno.test("gradient descent leaves a saddle as its recurrence says", async () => {
  const [{ starts }] = await crossSaddle() as [
    Awaited<ReturnType<typeof crossSaddle>>[0],
  ];
  for (const { beside, steps } of starts.slice(1)) {
    // y ← y + 0.1 · 2 y
    assertEquals(steps, Math.ceil(Math.log(1 / beside) / Math.log(1.2)));
  }
});

Deno.test("the double well has its minima and its pass where it says", () => {
  for (const x of [-1.088, 0.209, 0.879]) {
    assertAlmostEquals(DOUBLE_WELL.slope(x), 0, 0.01);
  }
  const [deep, pass, shallow] = [-1.088, 0.209, 0.879]
    .map((x) => DOUBLE_WELL.profile(x)) as [number, number, number];
  assertAlmostEquals(pass - shallow, 0.33, 0.005);
  assertLess(deep, shallow);
});

Deno.test("momentum carries over the pass of a double well; a step that knows its slope alone does not", async () => {
  const results = await crossDoubleWell();
  assertEquals(
    results.map(({ path }) => path.name).sort(),
    [...OPTIMIZER_NAMES].sort(),
  );
  const crossings = ({ tried }: DoubleWellResult) =>
    tried.filter(({ steps }) => steps !== undefined).length;
  const byName = Object.fromEntries(
    results.map((result) => [result.path.name, crossings(result)]),
  );
  assertGreater(byName.momentum!, byName.adam!);
  assertGreater(byName.adam!, 0);
  assertEquals([byName.sgd, byName.adagrad, byName.rmsprop], [0, 0, 0]);
});
