import type { Decoder } from "./decoder.ts";

/**
 * Compiles a WebAssembly file of an npm package, read from where Deno keeps the
 * package. The caller must import something of the package, or Deno may not
 * have fetched it.
 */
export async function compileModule(
  specifier: string,
): Promise<WebAssembly.Module> {
  const file = new URL(import.meta.resolve(specifier));
  return await WebAssembly.compile(Deno.readFileSync(file));
}

/** A decoder's work, by the module that does it. */
export type ModuleDecoder = (
  module: WebAssembly.Module,
  ...image: Parameters<Decoder>
) => ReturnType<Decoder>;

/** Compiles a decoder's module, as compileModule does, for all images that come. */
export async function openModule(
  specifier: string,
  decode: ModuleDecoder,
): Promise<Decoder> {
  const module = await compileModule(specifier);
  return (...image) => decode(module, ...image);
}
