import { assert, assertEquals } from "@std/assert";
import { PANEL } from "../../src/kernels/panels.ts";
import {
  type KernelBuild,
  kernelBuild,
  type Kernels,
  loadKernels,
} from "../../src/kernels/mod.ts";
import { roundsOnce } from "../../src/kernels/multiply_add.ts";
import { WITHOUT_FMA } from "../cli/task.ts";
import { multiplyAdd } from "../reference/multiply_add.ts";
import { type Case, randomCases, specialCases } from "./multiply_add_cases.ts";

/**
 * Random cases to try. As many as anyone need try:
 *
 *   MULTIPLY_ADD_CASES=20000000 deno task test tests/kernels/multiply_add_test.ts
 */
const COUNT = Number(Deno.env.get("MULTIPLY_ADD_CASES") ?? 300_000);

/** Both builds, or the emulated one where this machine rounds twice. */
const BUILDS: readonly KernelBuild[] = await kernelBuild() === "fused"
  ? ["fused", "emulated"]
  : ["emulated"];

async function load(build: KernelBuild) {
  const memory = new WebAssembly.Memory({ initial: 2, maximum: 2 });
  return { kernels: await loadKernels(memory, build), memory };
}

const loaded = await Promise.all(BUILDS.map(load));

/** Whether two results are the same: the same bits, or both NaN. */
function assertSame(got: number, expected: number, operands: Case) {
  if (Object.is(got, expected)) return;
  const [sum, a, b] = operands;
  throw new Error(`${sum} + ${a}·${b}: expected ${expected}, got ${got}`);
}

function assertRounds(operands: Case) {
  const expected = multiplyAdd(...operands);
  for (const { kernels } of loaded) {
    assertSame(kernels.multiplyAddOne(...operands), expected, operands);
  }
}

Deno.test("the twin knows results worked out by hand", () => {
  const third = Math.fround(1 / 3);
  const known: [...Case, number][] = [
    [5, 2, 3, 11],
    [-1, third, 3, 2 ** -25],
    [-0, 0, 1, 0],
    [-0, -0, 1, -0],
    [-1, 1, 1, 0],
    [Infinity, -Infinity, 1, NaN],
    [0, Infinity, 0, NaN],
    [-(2 ** 127), 2 ** 64, 2 ** 64, 2 ** 127],
    [2 ** 127, 2 ** 64, 2 ** 63, Infinity],
    [1, 2 ** -12, 2 ** -12, 1],
    [1 + 2 ** -23, 2 ** -12, 2 ** -12, 1 + 2 ** -22],
    [1, 2 ** -12, 2 ** -12 + 2 ** -35, 1 + 2 ** -23],
    [0, 2 ** -75, -(2 ** -75), -0],
    [0, 2 ** -75, 3 * 2 ** -75, 2 ** -148],
  ];
  for (const [sum, a, b, expected] of known) {
    assertSame(multiplyAdd(sum, a, b), expected, [sum, a, b]);
  }
});

Deno.test("the builds and the twin agree where floats end", () => {
  for (const operands of specialCases()) assertRounds(operands);
});

Deno.test(`the builds and the twin agree on ${COUNT} random and hard cases`, () => {
  const cases = randomCases(COUNT);
  for (let i = 0; i < COUNT; i++) assertRounds(cases.next().value!);
});

Deno.test("every lane of a matrix kernel rounds so", () => {
  const outputs = 4096;
  const floats = (memory: WebAssembly.Memory) =>
    new Float32Array(memory.buffer, 65536, 3 * outputs + 1);
  const cases = randomCases(1);
  for (let call = 0; call < COUNT / outputs; call++) {
    const [, x] = cases.next().value!;
    const operands = Array.from({ length: outputs }, (): Case => {
      const [b, , w] = cases.next().value!;
      return [b, x, w];
    });
    const expected = operands.map((operands) => multiplyAdd(...operands));
    for (const { kernels, memory } of loaded) {
      const block = floats(memory);
      block[3 * outputs] = x;
      operands.forEach(([b, , w], o) => {
        block[o] = w;
        block[outputs + o] = b;
      });
      callForward(kernels, block, outputs);
      const y = block.subarray(2 * outputs);
      operands.forEach((operands, o) =>
        assertSame(y[o]!, expected[o]!, operands)
      );
    }
  }
});

/** y = b + x·w of one row and one input; w, b, y and x lie one after the other. */
function callForward(kernels: Kernels, block: Float32Array, outputs: number) {
  const w = block.byteOffset;
  kernels.linearForward({
    x: w + 12 * outputs,
    xStride: 1,
    w,
    b: w + 4 * outputs,
    y: w + 8 * outputs,
    yStride: outputs,
    batch: 1,
    inputs: 1,
    panels: outputs / PANEL,
  });
}

Deno.test("the probe knows two roundings, and another order, from one rounding", () => {
  const f = Math.fround;
  const wrong = {
    "two roundings": (sum: number, a: number, b: number) => f(sum + f(a * b)),
    "by way of a double": (sum: number, a: number, b: number) => f(sum + a * b),
    "another order": (sum: number, a: number, b: number) =>
      multiplyAdd(a, sum, b),
    "no subnormal numbers": (sum: number, a: number, b: number) => {
      const result = multiplyAdd(sum, a, b);
      return Math.abs(result) < 2 ** -126 ? 0 : result;
    },
  };
  for (const [name, multiplyAddOne] of Object.entries(wrong)) {
    assert(!roundsOnce({ multiplyAddOne }), name);
  }
  assert(roundsOnce({ multiplyAddOne: multiplyAdd }));
  for (const { kernels } of loaded) assert(roundsOnce(kernels));
});

const MODULE = new URL("../../src/kernels/mod.ts", import.meta.url);

/** The build that a process of its own takes, which does `first` before. */
async function buildAfter(first: string, env = {}): Promise<string> {
  const code =
    `${first}\nconsole.log(await (await import("${MODULE}")).kernelBuild());`;
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--no-config", code],
    env,
  }).output();
  return new TextDecoder().decode(stdout);
}

Deno.test({
  name: "a machine without fused multiply-add gets the emulated build",
  ignore: Deno.build.arch !== "x86_64",
  async fn() {
    assertEquals(await buildAfter("", WITHOUT_FMA), "emulated\n");
  },
});

Deno.test("an engine that does not know relaxed SIMD gets the emulated build", async () => {
  const first = `
    const { compile } = WebAssembly;
    WebAssembly.compile = () => {
      WebAssembly.compile = compile;
      return compile(new Uint8Array([0, 97, 115, 109]));
    };`;
  assertEquals(await buildAfter(first), "emulated\n");
});
