import { assertAlmostEquals, assertEquals } from "@std/assert";
import fc from "fast-check";
import { createArena } from "../../src/kernels/arena.ts";
import { Random } from "../../src/nn/prng.ts";
import * as twin from "../reference/matrix.ts";

/** Row r, column i of a matrix of `rows` rows in panels of four columns. */
function at(r: number, i: number, rows: number): number {
  return ((i >> 2) * rows + r) * 4 + i % 4;
}

function drawRows(rows: number, width: number, seed: number): number[][] {
  const random = Random.fromSeed(seed, "rows");
  return Array.from(
    { length: rows },
    () => Array.from({ length: width }, () => 2 * random.uniform() - 1),
  );
}

/** X·Xᵀ + I, which is positive definite. */
function drawPositive(width: number, seed: number): number[][] {
  return twin.gram(drawRows(width, width, seed), width)
    .map((row, i) => row.map((value, j) => value + (i === j ? 1 : 0)));
}

const SHAPES = fc.record({
  panels: fc.integer({ min: 1, max: 6 }),
  rows: fc.integer({ min: 1, max: 40 }),
  seed: fc.nat(9999),
});

Deno.test("the products of columns are those of their twin", async () => {
  await fc.assert(
    fc.asyncProperty(SHAPES, async ({ panels, rows, seed }) => {
      const width = 4 * panels;
      const x = drawRows(rows, width, seed);
      const { kernels, views } = await createArena((allocate) => ({
        x: allocate.doubles(rows * width),
        out: allocate.doubles(width * width),
      }));
      x.forEach((row, r) =>
        row.forEach((value, i) => views.x[at(r, i, rows)] = value)
      );
      views.out.fill(-7);
      kernels.gram(views.x.byteOffset, rows, width, views.out.byteOffset);
      const expected = twin.gram(x, width);
      for (let i = 0; i < width; i++) {
        for (let j = 0; j < width; j++) {
          const value = views.out[at(i, j, width)]!;
          if (i >> 2 > j >> 2) assertEquals(value, -7);
          else assertAlmostEquals(value, expected[i]![j]!, 1e-12 * rows);
        }
      }
    }),
    { numRuns: 60 },
  );
});

Deno.test("the Cholesky factor is that of its twin", async () => {
  await fc.assert(
    fc.asyncProperty(SHAPES, async ({ panels, seed }) => {
      const width = 4 * panels;
      const a = drawPositive(width, seed);
      const { kernels, views } = await createArena((allocate) => ({
        a: allocate.doubles(width * width),
      }));
      a.forEach((row, i) =>
        row.forEach((value, j) => views.a[at(i, j, width)] = value)
      );
      assertEquals(kernels.cholesky(views.a.byteOffset, width), 1);
      twin.cholesky(a).forEach((row, j) =>
        row.slice(0, j + 1).forEach((value, i) =>
          assertAlmostEquals(views.a[at(i, j, width)]!, value, 1e-11)
        )
      );
    }),
    { numRuns: 60 },
  );
});

Deno.test("a matrix that is not positive definite has no factor", async () => {
  const { kernels, views } = await createArena((allocate) => ({
    a: allocate.doubles(64),
  }));
  for (const bad of [0, 3, 4, 7]) {
    for (const value of [0, -1, NaN]) {
      views.a.fill(0);
      for (let i = 0; i < 8; i++) views.a[at(i, i, 8)] = i === bad ? value : 2;
      assertEquals(kernels.cholesky(views.a.byteOffset, 8), 0);
    }
  }
});

/** Solves rows of right sides with both kernels; gives back what came out. */
async function solve(l: twin.Matrix, rows: twin.Matrix) {
  const width = l.length;
  const { kernels, views } = await createArena((allocate) => ({
    factor: allocate.doubles(width * width),
    lower: allocate.doubles(rows.length * width),
    upper: allocate.doubles(rows.length * width),
  }));
  l.forEach((row, i) =>
    row.slice(0, i + 1).forEach((value, j) => {
      views.factor[i * width + j] = value;
      views.factor[j * width + i] = value;
    })
  );
  views.lower.set(rows.flat());
  views.upper.set(rows.flat());
  const f = views.factor.byteOffset;
  kernels.solveLower(f, width, views.lower.byteOffset, rows.length);
  kernels.solveUpper(f, width, views.upper.byteOffset, rows.length);
  return views;
}

Deno.test("triangular systems are solved as by their twins", async () => {
  await fc.assert(
    fc.asyncProperty(SHAPES, async ({ panels, rows, seed }) => {
      const width = 4 * panels;
      const l = twin.cholesky(drawPositive(width, seed));
      const x = drawRows(rows, width, seed + 1);
      const { lower, upper } = await solve(l, x);
      x.forEach((row, r) => {
        const expected = {
          lower: twin.solveLower(l, row),
          upper: twin.solveUpper(l, row),
        };
        for (let i = 0; i < width; i++) {
          const place = r * width + i;
          assertAlmostEquals(lower[place]!, expected.lower[i]!, 1e-11);
          assertAlmostEquals(upper[place]!, expected.upper[i]!, 1e-11);
        }
      });
    }),
    { numRuns: 60 },
  );
});

Deno.test("a right side has the same bits alone as among others", async () => {
  const l = twin.cholesky(drawPositive(24, 3));
  const rows = drawRows(23, 24, 4);
  const together = await solve(l, rows);
  for (const [r, row] of rows.entries()) {
    const alone = await solve(l, [row]);
    for (const name of ["lower", "upper"] as const) {
      assertEquals(
        alone[name],
        together[name].slice(24 * r, 24 * (r + 1)),
        `${name}, row ${r}`,
      );
    }
  }
});
