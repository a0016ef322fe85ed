import { assertEquals } from "@std/assert";
import {
  byName,
  inOrder,
  namedCalls,
  type NamedKernel,
  SIGNATURES,
} from "../../src/kernels/signatures.ts";

const SOURCES = new URL("../../src/kernels/assembly/", import.meta.url);

/** The names of a function's parameters in the kernels' sources. */
async function parametersOf(kernel: string): Promise<string[]> {
  for await (const { name } of Deno.readDir(SOURCES)) {
    const source = await Deno.readTextFile(new URL(name, SOURCES));
    const start = source.indexOf(`export function ${kernel}(`);
    if (start < 0) continue;
    const list = source.slice(start, source.indexOf("): ", start));
    return Array.from(list.matchAll(/^ {2}(\w+): /gm), ([, name]) => name!);
  }
  throw new RangeError(`Cannot find ${kernel}: expected it in ${SOURCES}`);
}

Deno.test("signatures name the arguments as the sources do, in their order", async () => {
  for (const [kernel, names] of Object.entries(SIGNATURES)) {
    assertEquals(await parametersOf(kernel), [...names], kernel);
  }
});

Deno.test("arguments reach a kernel in its order, however they are written", () => {
  const got: Record<string, number[]> = {};
  const kernels = Object.keys(SIGNATURES) as NamedKernel[];
  const calls = namedCalls(Object.fromEntries(
    kernels.map((kernel) => [
      kernel,
      (...values: number[]) => got[kernel] = values,
    ]),
  ));
  for (const kernel of kernels) {
    const values = SIGNATURES[kernel].map((_, i) => 10 + i);
    const args = byName(kernel, values);
    const backwards = Object.fromEntries(Object.entries(args).reverse());
    calls[kernel](backwards as typeof args);
    assertEquals(got[kernel], values);
    assertEquals(inOrder(kernel, args), values);
  }
});
