/**
 * Runs the decoders of the jsquash packages: one compiled module each, and an
 * instance that is used again while that is safe.
 *
 * @module
 */

import type { Pixels } from "./decoder.ts";

/** What an instance offers. */
interface Instance {
  decode(bytes: Uint8Array, ...options: unknown[]): Pixels | null;
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

  constructor(factory: Factory, module: WebAssembly.Module) {
    this.#factory = factory;
    this.#module = module;
  }

  /**
   * Decodes `bytes`. After an error or a large image the instance is dropped:
   * a trap leaves it in an unknown state, and its memory never shrinks.
   *
   * @throws {Error} With what the codec printed, if it cannot decode them or
   * had to make up what was missing.
   */
  async decode(bytes: Uint8Array, ...options: unknown[]): Promise<Pixels> {
    const instance = this.#idle ?? await this.#instantiate();
    this.#idle = undefined;
    this.#log = [];
    let pixels: Pixels | null;
    try {
      pixels = instance.decode(bytes, ...options);
    } catch (error) {
      throw new Error(this.#log.at(-1) ?? "the decoder failed", {
        cause: error,
      });
    }
    if (pixels === null) {
      throw new Error(this.#log.at(-1) ?? "the decoder found no pixels");
    }
    if (pixels.width * pixels.height < PIXELS_KEPT) this.#idle = instance;
    const cut = this.#log.find((line) => line.startsWith("Premature end"));
    if (cut !== undefined) throw new Error(cut);
    return pixels;
  }

  #instantiate(): Promise<Instance> {
    const log = (line: string) => void this.#log.push(line);
    return withoutProcess(() =>
      this.#factory({
        noInitialRun: true,
        print: log,
        printErr: log,
        instantiateWasm: (imports, done) => {
          const instance = new WebAssembly.Instance(this.#module, imports);
          done(instance);
          return instance.exports;
        },
      })
    );
  }
}

/**
 * Makes a synchronous call that sees no global `process`. The loaders look
 * there for Node.js, and the first look has Deno start its Node.js
 * compatibility: 12 ms of a cold start (measured by tests/bench/start.ts).
 */
function withoutProcess<T>(call: () => T): T {
  const process = Object.getOwnPropertyDescriptor(globalThis, "process");
  if (process?.configurable !== true) return call();
  Object.defineProperty(globalThis, "process", {
    configurable: true,
    value: undefined,
  });
  try {
    return call();
  } finally {
    Object.defineProperty(globalThis, "process", process);
  }
}
