import { assertAlmostEquals, assertEquals } from "@std/assert";
import { createArena } from "../../src/kernels/arena.ts";
import { directionOf } from "../reference/descriptor.ts";

Deno.test("every colour and alpha is laid over white with exact rounding", async () => {
  const { kernels, views: pixels } = await createArena((a) =>
    a.bytes(256 * 256 * 4)
  );
  for (let i = 0; i < 65536; i++) {
    pixels.set([i & 255, 255 - (i & 255), 0, i >> 8], i * 4);
  }
  const before = pixels.slice();
  kernels.overWhite(pixels.byteOffset, 65536);
  for (let i = 0; i < before.length; i++) {
    const alpha = before[i | 3]!;
    const expected = (i & 3) === 3
      ? 255
      : 255 - Math.round(alpha * (255 - before[i]!) / 255);
    if (pixels[i] !== expected) assertEquals(pixels[i], expected, `byte ${i}`);
  }
});

Deno.test("rows are summed by weight, up to the most that one call takes", async () => {
  const [columns, most] = [5, 256];
  const { kernels, views: { pixels, sums } } = await createArena((a) => ({
    pixels: a.bytes(columns * 4 * most + 16),
    sums: a.floats(8 * 4),
  }));
  pixels.fill(255);
  pixels.set([1, 2, 3, 4], 16); // the last column of the first row
  const sum = (
    rows: number,
    first: number,
    last: number,
    accumulate: 0 | 1,
  ) => {
    const { byteOffset } = pixels;
    kernels.sumRows(
      byteOffset,
      columns * 4,
      rows,
      first,
      last,
      sums.byteOffset,
      columns,
      accumulate,
    );
    return [...sums.subarray(0, columns * 4)];
  };
  const row = (
    value: number,
    corner: readonly number[],
  ) => [...Array(16).fill(value), ...corner];
  assertEquals(sum(1, 0.5, 9, 0), row(127.5, [0.5, 1, 1.5, 2]));
  assertEquals(sum(2, 0.5, 0.25, 0), row(191.25, [64.25, 64.75, 65.25, 65.75]));
  const [first, all] = [0.5, 255 * 254.75];
  assertEquals(
    sum(most, 0.5, 0.25, 0),
    row(all, [1, 2, 3, 4].map((v) => all + first * (v - 255))),
  );
  assertEquals(sum(1, 1, 9, 1)[0], all + 255);
});

Deno.test("columns are summed by weight into the cells that have any", async () => {
  const { kernels, views } = await createArena((a) => ({
    sums: a.floats(5 * 4),
    firsts: a.ints(3),
    counts: a.ints(3),
    firstWeights: a.floats(3),
    lastWeights: a.floats(3),
    cells: a.floats(3 * 4),
  }));
  views.sums.set([
    1,
    10,
    100,
    0,
    2,
    20,
    200,
    0,
    4,
    40,
    400,
    0,
    8,
    80,
    800,
    0,
    16,
    160,
    1600,
    0,
  ]);
  views.firsts.set([1, 0, 4]);
  views.counts.set([3, 0, 1]);
  views.firstWeights.set([0.5, 1, 0.25]);
  views.lastWeights.set([0.75, 1, 9]);
  views.cells.fill(1000);
  kernels.sumColumns(
    views.sums.byteOffset,
    views.firsts.byteOffset,
    views.counts.byteOffset,
    views.firstWeights.byteOffset,
    views.lastWeights.byteOffset,
    2,
    views.cells.byteOffset,
    3,
  );
  const untouched = [1000, 1000, 1000, 1000];
  assertEquals([...views.cells], [
    1022,
    1220,
    3200,
    1000,
    ...untouched,
    1008,
    1080,
    1800,
    1000,
  ]);
});

Deno.test("cells are placed in any order, coloured, limited and rounded half up", async () => {
  const size = 4;
  const { kernels, views: { cells, colors, out } } = await createArena((a) => ({
    cells: a.floats(size * size * 4),
    colors: a.floats(8),
    out: a.floats(3 * size * size),
  }));
  for (let i = 0; i < size * size; i++) {
    cells.set([i, i + 0.5, 20 * i, 0], i * 4);
  }
  colors.set([1, 1, 1, 0, 0, -1, 0, 0]);
  // Mirrored and transposed: cell 15 first, then backwards down the columns.
  kernels.placeCells(
    cells.byteOffset,
    15,
    -1,
    -4,
    colors.byteOffset,
    out.byteOffset,
    size,
  );
  const order = Array.from(
    { length: 16 },
    (_, i) => 15 - Math.floor(i / 4) - 4 * (i % 4),
  );
  assertEquals([...out.subarray(0, 16)], order);
  assertEquals([...out.subarray(16, 32)], order); // i + 0.5 − 1 rounds to i
  assertEquals([...out.subarray(32)], order.map((i) => Math.min(20 * i, 255)));
});

Deno.test("a gradient is that of the steepest channel, one-sided at the border", async () => {
  const [size, stride] = [8, 10];
  const { kernels, views: { square, records } } = await createArena((a) => ({
    square: a.floats(3 * size * size),
    records: a.floats(4 * stride * size),
  }));
  const octants = new Int32Array(records.buffer, records.byteOffset);
  const slopes = [
    [3, 4],
    [-3, 4],
    [-4, -3],
    [5, -2],
    [6, 0],
    [0, -6],
    [-6, 6],
    [0, 0],
  ];
  for (const [dx, dy] of slopes as [number, number][]) {
    for (let i = 0; i < size * size; i++) {
      const [x, y] = [i % size, Math.floor(i / size)];
      square[i] = 128 + x; // not as steep as green, unless that is flat
      square[64 + i] = 128 + dx * x + dy * y;
      square[128 + i] = 9;
    }
    kernels.gradients(
      square.byteOffset,
      size,
      records.byteOffset,
      stride,
    );
    const [gx, gy] = dx === 0 && dy === 0 ? [1, 0] : [dx, dy];
    const at = (x: number, y: number) => 4 * (y * stride + x);
    const magnitude = (x: number, y: number) => records[at(x, y) + 2]!;
    assertAlmostEquals(magnitude(3, 3), 2 * Math.hypot(gx, gy), 1e-5);
    assertAlmostEquals(magnitude(7, 3), Math.hypot(gx, 2 * gy), 1e-5);
    assertAlmostEquals(magnitude(0, 7), Math.hypot(gx, gy), 1e-5);
    const [rest, fraction] = records.subarray(at(3, 3), at(4, 3));
    assertEquals(rest, Math.fround(1 - fraction!));
    const direction = octants[at(3, 3) + 3]! / 16 + fraction!;
    assertAlmostEquals(direction, directionOf(gx, gy), 1e-6, `${gx}, ${gy}`);
    assertEquals(magnitude(8, 3), 0); // the margin is not touched
  }
});

Deno.test("the shares of a pair are folded around the circle", async () => {
  const { kernels, views: { tables, out } } = await createArena((a) => ({
    tables: a.floats(2 * 8 * 8 * 4),
    out: a.floats(8 + 64),
  }));
  tables.set([1, 2, 3, 4], (7 * 8 + 7) * 4); // itself, in the last octant and the first
  tables.set([10, 20, 30, 40], 256 + (7 * 8 + 7) * 4);
  tables.set([100, 200, 300, 400], 256 + (2 * 8 + 5) * 4);
  kernels.foldPairs(tables.byteOffset, 2, out.byteOffset);
  const expected = new Float32Array(8 + 64);
  expected[7] = 1 + 2;
  expected[0] = 3 + 4;
  const pairs: [number, number, number][] = [
    [7, 7, 10],
    [7, 0, 20],
    [0, 7, 30],
    [0, 0, 40],
    [2, 5, 100],
    [2, 6, 200],
    [3, 5, 300],
    [3, 6, 400],
  ];
  for (const [i, j, value] of pairs) expected[8 + i * 8 + j] = value;
  assertEquals(out.slice(), expected);
});

Deno.test("a colour's shares come back as one, at the levels around it", async () => {
  const { kernels, views: { square, table, out } } = await createArena((a) => ({
    square: a.floats(12),
    table: a.floats(64 * 8),
    out: a.floats(64),
  }));
  const [red, green, blue] = [85 * 0.25, 85 * 2.5, 255];
  square.set([red, 0, 0, 0, green, 0, 0, 0, blue]);
  kernels.addColors(square.byteOffset, 4, 4, 1, 1, 4, table.byteOffset);
  kernels.foldColors(table.byteOffset, 4, out.byteOffset);
  const bins: Record<number, number> = {
    11: 0.375,
    15: 0.375,
    27: 0.125,
    31: 0.125,
  };
  for (let i = 0; i < 64; i++) {
    assertAlmostEquals(out[i]!, bins[i] ?? 0, 1e-6, `bin ${i}`);
  }
});

Deno.test("sums, scaled additions and roots do as they say", async () => {
  const { kernels, views: { x, y, bytes } } = await createArena((a) => ({
    x: a.floats(8),
    y: a.floats(8),
    bytes: a.bytes(8),
  }));
  x.set([0, 1, 2, 4, 100, 2 ** 24, 1, 0.0625]);
  y.fill(1);
  assertEquals(kernels.sum(x.byteOffset, 8), 2 ** 24 + 108.0625);
  kernels.addScaled(x.byteOffset, 8, 0.5, y.byteOffset);
  assertEquals([...y], [1, 1.5, 2, 3, 51, 2 ** 23 + 1, 1.5, 1.03125]);
  kernels.rootBytes(x.byteOffset, 8, 10, bytes.byteOffset);
  assertEquals([...bytes], [0, 10, 14, 20, 100, 255, 10, 3]); // 2.5 rounds up
});
