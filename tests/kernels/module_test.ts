import { assertEquals } from "@std/assert";
import { loadKernels } from "../../src/kernels/mod.ts";

const FOLDER = new URL("../../src/kernels/", import.meta.url);

for (const build of ["kernels", "kernels.emulated"]) {
  for (const variant of [".wasm", ".shared.wasm"]) {
    Deno.test(`${build}${variant} imports nothing but memory`, async () => {
      const bytes = await Deno.readFile(new URL(build + variant, FOLDER));
      const module = await WebAssembly.compile(bytes);
      assertEquals(WebAssembly.Module.imports(module), [
        { module: "env", name: "memory", kind: "memory" },
      ]);
    });
  }
}

for (const build of ["fused", "emulated"] as const) {
  Deno.test(`the constants of the ${build} kernels fit the first page`, async () => {
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 1 });
    const kernels = await loadKernels(memory, build);
    assertEquals(kernels.exp(0), 1);
  });
}
