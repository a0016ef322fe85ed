/**
 * Runs a decoder by the loader that Emscripten made for it.
 *
 * @module
 */

import type { Host, Instance } from "./codec.ts";

/** What a loader gives. */
interface Loaded {
  /** Makes an ImageData of what it finds; null if that is nothing. */
  decode(bytes: Uint8Array): object | null;
}

/** What a loader can be told. */
interface Overrides {
  noInitialRun: boolean;
  print(line: string): void;
  printErr(line: string): void;
  instantiateWasm(
    imports: WebAssembly.Imports,
    done: (instance: WebAssembly.Instance) => void,
  ): WebAssembly.Exports;
}

/** A loader; the default export of a package's codec. */
export type Factory = (overrides: Overrides) => Promise<Loaded>;

/** Makes an instance of a compiled decoder. */
export async function load(
  factory: Factory,
  module: WebAssembly.Module,
  { print, take }: Host,
): Promise<Instance> {
  // Loaders look for Node.js in `process`, and the first look has Deno start
  // its Node.js compatibility: 12 ms (measured by tests/bench/start.ts).
  const { decode } = await withGlobals({ process: undefined }, () =>
    factory({
      noInitialRun: true,
      print,
      printErr: print,
      instantiateWasm(imports, done) {
        const instance = new WebAssembly.Instance(module, imports);
        done(instance);
        return instance.exports;
      },
    }));
  // The decoder looks for the two classes that it makes its result of, and
  // would copy the pixels with the first.
  const classes = {
    Uint8ClampedArray: function (pixels: Uint8Array) {
      return pixels;
    },
    ImageData: function (data: Uint8Array, width: number, height: number) {
      take({ data, width, height });
    },
  };
  return {
    decode: (bytes) => withGlobals(classes, () => decode(bytes)) !== null,
  };
}

/** Makes a synchronous call that finds other values under some global names. */
function withGlobals<T>(values: Record<string, unknown>, call: () => T): T {
  const replaced = Object.keys(values).map((name) =>
    [name, Object.getOwnPropertyDescriptor(globalThis, name)] as const
  );
  for (const [name] of replaced) {
    const value = values[name];
    Object.defineProperty(globalThis, name, { configurable: true, value });
  }
  try {
    return call();
  } finally {
    for (const [name, descriptor] of replaced) {
      if (descriptor === undefined) Reflect.deleteProperty(globalThis, name);
      else Object.defineProperty(globalThis, name, descriptor);
    }
  }
}
