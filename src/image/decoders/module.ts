/**
 * Compiles a WebAssembly file of an npm package, read from where Deno keeps the
 * package. The caller must import something of the package, or Deno may not
 * have fetched it.
 */
export async function compileModule(
  specifier: string,
): Promise<WebAssembly.Module> {
  return WebAssembly.compile(
    await Deno.readFile(new URL(import.meta.resolve(specifier))),
  );
}
