/**
 * Builds kernels.wasm from the AssemblyScript sources.
 *
 *   deno task kernels            writes src/kernels/kernels.wasm
 *   deno task kernels --check    compares it byte for byte with a fresh build
 *
 * @module
 */

import asc from "assemblyscript/asc";

const FOLDER = new URL("./assembly/", import.meta.url);
const TARGET = new URL("./kernels.wasm", import.meta.url);

/**
 * No relaxed SIMD: its bits are the machine's. Memory comes from createArena. Not
 * -O3: it reorders the forward pass's unrolled sums until registers run out
 * (measured by tests/bench/kernels_bench.ts).
 */
const OPTIONS = [
  "index.ts",
  "--outFile=kernels.wasm",
  "-O2",
  "--noAssert",
  "--runtime=stub",
  "--importMemory",
  "--enable=simd",
];

/** Compiles the sources; throws with the compiler's own words where they are wrong. */
async function compile(): Promise<Uint8Array> {
  let binary: Uint8Array | undefined;
  const { error, stderr } = await asc.main(OPTIONS, {
    readFile: (name) => readSource(name),
    writeFile: (_name, contents) => {
      binary = contents as Uint8Array;
    },
    listFiles: () => [],
  });
  if (error !== null || binary === undefined) {
    throw new SyntaxError(`Cannot build the kernels: ${stderr.toString()}`, {
      cause: error,
    });
  }
  return binary;
}

function readSource(name: string): string | null {
  try {
    return Deno.readTextFileSync(new URL(name, FOLDER));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

const fresh = await compile();
if (Deno.args.includes("--check")) {
  if (!equal(await Deno.readFile(TARGET), fresh)) {
    console.error(
      "kernels.wasm is not what its sources build: run `deno task kernels`.",
    );
    Deno.exit(1);
  }
} else {
  await Deno.writeFile(TARGET, fresh);
  console.error(`kernels.wasm: ${fresh.length} bytes`);
}
