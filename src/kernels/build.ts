/**
 * Builds kernels.wasm from the AssemblyScript sources, and three variants:
 * kernels.shared.wasm is the same code for memory that is shared among threads,
 * which WebAssembly has a module say of itself; kernels.emulated*.wasm compute
 * fused multiply-adds where the machine has none.
 *
 *   deno task kernels            writes src/kernels/kernels*.wasm
 *   deno task kernels --check    compares them byte for byte with a fresh build
 *
 * The compiler has a deno.json and a lock file of its own: every `deno task` downloads
 * what the first ones name, and the compiler is larger than all the rest.
 *
 * @module
 */

import asc from "assemblyscript/asc";

const FOLDER = new URL("./assembly/", import.meta.url);

const SHARED = [
  "--sharedMemory",
  "--maximumMemory=65536",
  "--enable=threads",
];
/** Of relaxed SIMD, assembly/multiply_add.ts takes the multiply-add and nothing else is used. */
const FUSED = "--enable=relaxed-simd";

/** The builds, with their further options. */
const TARGETS: Readonly<Record<string, readonly string[]>> = {
  "kernels.wasm": [FUSED],
  "kernels.shared.wasm": [FUSED, ...SHARED],
  "kernels.emulated.wasm": [],
  "kernels.emulated.shared.wasm": SHARED,
};

/**
 * Memory comes from createArena. Not -O3: it reorders the forward pass's unrolled
 * sums until registers run out (measured by tests/bench/kernels.ts).
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
async function compile(further: readonly string[]): Promise<Uint8Array> {
  let binary: Uint8Array | undefined;
  const { error, stderr } = await asc.main([...OPTIONS, ...further], {
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

for (const [name, further] of Object.entries(TARGETS)) {
  const target = new URL(name, import.meta.url);
  const fresh = await compile(further);
  if (!Deno.args.includes("--check")) {
    await Deno.writeFile(target, fresh);
    console.error(`${name}: ${fresh.length} bytes`);
  } else if (!equal(await Deno.readFile(target), fresh)) {
    console.error(
      `${name} is not what its sources build: run \`deno task kernels\`.`,
    );
    Deno.exit(1);
  }
}
