import { assertEquals } from "@std/assert";
import { loadKernels } from "../../src/kernels/mod.ts";

Deno.test("the module imports nothing but memory, and its constants fit the first page", async () => {
  const bytes = await Deno.readFile(
    new URL("../../src/kernels/kernels.wasm", import.meta.url),
  );
  const module = await WebAssembly.compile(bytes);
  assertEquals(WebAssembly.Module.imports(module), [
    { module: "env", name: "memory", kind: "memory" },
  ]);
  const kernels = await loadKernels(
    new WebAssembly.Memory({ initial: 1, maximum: 1 }),
  );
  assertEquals(kernels.exp(0), 1);
});
