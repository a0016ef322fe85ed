/**
 * Runs the decoders of the jsquash packages: one compiled module each, and an
 * instance that is used again while that is safe.
 *
 * @module
 */

import type { Pixels } from "./decoder.ts";

/** What an instance offers. */
interface Instance {
  /** Makes an ImageData of what it found; null if that is nothing. */
  decode(bytes: Uint8Array, ...options: unknown[]): object | null;
}

/** What the package's own loader can be told. */
interface Overrides {
  noInitialRun: boolean;
  print(line: string): void;
  printErr(line: string): void;
  instantiateWasm(
    imports: WebAssembly.Imports,
    done: (instance: WebAssembly.Instance) => void,
  ): WebAssembly.Exports;
}

/** Makes an instance; the default export of a package's codec. */
export type Factory = (overrides: Overrides) => Promise<Instance>;

/** An image of this size has grown the instance's memory, which cannot shrink. */
const PIXELS_KEPT = 4_000_000;

/** A codec that is ready to decode. */
export class Codec {
  readonly #factory: Factory;
  readonly #module: WebAssembly.Module;
  #idle: Instance | undefined;
  #log: string[] = [];
  #take: (pixels: Pixels) => void = () => {};
  readonly #classes = classesThatGive((pixels) => this.#take(pixels));

  constructor(factory: Factory, module: WebAssembly.Module) {
    this.#factory = factory;
    this.#module = module;
  }

  /**
   * Decodes `bytes` as a {@linkcode Decoder} does. After an error or a large
   * image the instance is dropped: a trap leaves it in an unknown state, and its
   * memory never shrinks.
   *
   * @throws {Error} With what the codec printed, if it cannot decode them or
   * had to make up what was missing.
   */
  async decode(
    bytes: Uint8Array,
    take: (pixels: Pixels) => void,
    ...options: unknown[]
  ): Promise<void> {
    const idle = this.#idle;
    const instance = idle ?? await this.#instantiate();
    this.#idle = undefined;
    this.#log = [];
    let area = 0;
    this.#take = (pixels) => {
      area = pixels.width * pixels.height;
      take(pixels);
    };
    const decode = () => instance.decode(bytes, ...options);
    let found: object | null;
    try {
      found = idle === undefined
        ? withGlobals(this.#classes, decode)
        : decode();
    } catch (error) {
      throw new Error(this.#log.at(-1) ?? "the decoder failed", {
        cause: error,
      });
    }
    if (found === null) {
      throw new Error(this.#log.at(-1) ?? "the decoder found no pixels");
    }
    if (area < PIXELS_KEPT) this.#idle = instance;
    const cut = this.#log.find((line) => line.startsWith("Premature end"));
    if (cut !== undefined) throw new Error(cut);
  }

  #instantiate(): Promise<Instance> {
    const log = (line: string) => void this.#log.push(line);
    // The loaders look for Node.js in `process`, and the first look has Deno
    // start its Node.js compatibility: 12 ms of a cold start (measured by
    // tests/bench/start.ts).
    return withGlobals({ process: undefined }, () =>
      this.#factory({
        noInitialRun: true,
        print: log,
        printErr: log,
        instantiateWasm: (imports, done) => {
          const instance = new WebAssembly.Instance(this.#module, imports);
          done(instance);
          return instance.exports;
        },
      }));
  }
}

/**
 * What a codec finds in place of the two classes that it makes its result of.
 * It would copy the pixels: a seventh of the decoding time, and all of its
 * garbage (measured by tests/bench/image.ts). An instance looks for them at its
 * first picture only.
 */
function classesThatGive(give: (pixels: Pixels) => void) {
  return {
    Uint8ClampedArray: function (pixels: Uint8Array) {
      return pixels;
    },
    ImageData: function (data: Uint8Array, width: number, height: number) {
      give({ data, width, height });
    },
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
