/** Compiles a WebAssembly file of an npm package, read from where Deno keeps the package. */
export async function compileModule(
  specifier: string,
): Promise<WebAssembly.Module> {
  return WebAssembly.compile(
    await Deno.readFile(new URL(import.meta.resolve(specifier))),
  );
}
