/**
 * Runs a decoder of the jsquash packages without the loader that comes with it.
 * That takes 5 ms of a cold start, copies every image twice (measured by
 * tests/bench/start.ts and image.ts), and hands the module whatever object of
 * JavaScript it names: a decoder that a hostile image has taken over could ask for
 * any. Here it can say what it prints and where its pixels are, and nothing else.
 *
 * The modules speak embind, Emscripten's protocol between C++ and JavaScript.
 * As one starts it registers its functions, `decode(std::string, …) → val` among them.
 * Called, that makes a `val` of
 *
 *   new ImageData(new Uint8ClampedArray(pixels), width, height)
 *
 * by two calls of a constructor, or one of `null`. Only this part of the protocol is
 * implemented.
 *
 * @module
 */

import { startsWith } from "../type.ts";
import type { Host, Instance } from "./codec.ts";

/** The names of a module's imports and exports: one letter each, as its build chose them. */
export interface Names {
  /** The role of each import; those that are not listed do nothing and return 0. */
  readonly imports: Readonly<Partial<Record<Role, string>>>;
  /** All imports, a letter each. */
  readonly letters: string;
  readonly memory: string;
  /** Runs the constructors of C++. */
  readonly start: string;
  readonly allocate: string;
  readonly free: string;
  readonly table: string;
  /** Embind's handle of `null`. */
  readonly null: number;
  /** The position of the number of types among the arguments of a construction, and its value for pixels. */
  readonly countAt: 0 | 1;
  readonly pixelTypes: number;
}

type Role =
  | "register"
  | "value"
  | "caller"
  | "construct"
  | "copy"
  | "grow"
  | "countNothing"
  | "write"
  | "seek"
  | "close"
  | "throw"
  | "abort"
  | "exit";

/** Calls the decoder on a text; gives the handle of its result. */
type Invoker = (decode: number, text: number, orient: number) => number;

/** A handle of anything that is no constant. */
const VALUE = 10;
/** WASI's error number for a missing call. */
const NO_SUCH_CALL = 52;
const PAGE = 65_536;
/** The factor by which memory grows beyond the request, so that it seldom has to grow. */
const GROWTH = 1.2;
const NOTHING = new Uint8Array();

/** A decoder in an instance of its own. */
export class Embind implements Instance {
  readonly #exports: Readonly<Record<string, unknown>>;
  readonly #memory: WebAssembly.Memory;
  #invoke: Invoker;
  #decode = 0;
  #pixels: Uint8Array = NOTHING;
  #said = "";
  #limit = Infinity; // at first, for what it starts with
  #starved = false;

  constructor(
    module: WebAssembly.Module,
    private readonly names: Names,
    private readonly host: Host,
  ) {
    this.#invoke = () => names.null;
    const refuse = () => NO_SUCH_CALL;
    const roles: Record<Role, (...values: number[]) => unknown> = {
      register: this.#register,
      value: () => VALUE, // of a name on globalThis
      caller: (types) => types, // who calls with so many types, the result's included
      construct: this.#construct,
      copy: (to, from, length) =>
        void this.#bytes.copyWithin(to!, from!, from! + length!),
      grow: this.#grow,
      countNothing: this.#countNothing,
      write: this.#write,
      seek: refuse,
      close: refuse,
      throw: fail,
      abort: fail,
      exit: fail,
    };
    const imports: Record<string, (...values: number[]) => unknown> = {};
    for (const letter of names.letters) imports[letter] = () => 0;
    for (const [role, letter] of Object.entries(names.imports)) {
      imports[letter] = roles[role as Role];
    }
    const { exports } = new WebAssembly.Instance(module, {
      a: imports as WebAssembly.ModuleImports,
    });
    this.#exports = exports;
    this.#memory = exports[names.memory] as WebAssembly.Memory;
    this.#call(names.start);
  }

  get starved(): boolean {
    return this.#starved;
  }

  /**
   * Decodes the image in `bytes`, with `tail` behind it.
   *
   * @param memory The most bytes that the instance may grow to.
   */
  decode(bytes: Uint8Array, memory: number, tail = NOTHING): boolean {
    this.#limit = memory;
    const length = bytes.length + tail.length;
    const text = this.#call(this.names.allocate, 4 + length);
    if (text === 0) return false;
    this.#words[text / 4] = length;
    this.#bytes.set(bytes, text + 4);
    this.#bytes.set(tail, text + 4 + bytes.length);
    const found = this.#invoke(this.#decode, text, 0);
    this.#call(this.names.free, text);
    return found !== this.names.null;
  }

  #call(name: string, ...values: number[]): number {
    return (this.#exports[name] as (...values: number[]) => number)(...values);
  }

  readonly #register = (...values: number[]) => {
    const [name, , , , invoker, decode] = values;
    if (!startsWith(this.#bytes, name!, "decode\0")) return;
    const table = this.#exports[this.names.table] as WebAssembly.Table;
    this.#invoke = table.get(invoker!) as Invoker;
    this.#decode = decode!;
  };

  /** Constructs: from a view of memory, the pixels; from those and two numbers, the image. */
  readonly #construct = (...call: number[]) => {
    const { countAt, pixelTypes } = this.names;
    const words = this.#words.subarray(call[3]! / 4);
    if (call[countAt] === pixelTypes) {
      const [length, pointer] = words;
      this.#pixels = this.#bytes.subarray(pointer, pointer! + length!);
    } else {
      const [, , width, , height] = words;
      this.host.take({ width: width!, height: height!, data: this.#pixels });
    }
    return VALUE;
  };

  /** Makes room for `bytes`; 0 if there is none. */
  readonly #grow = (bytes: number) => {
    const size = this.#memory.buffer.byteLength;
    const needed = bytes >>> 0;
    if (needed > this.#limit) {
      this.#starved = true;
      return 0;
    }
    try {
      const wanted = Math.max(needed, Math.min(GROWTH * size, this.#limit));
      this.#memory.grow(Math.ceil((wanted - size) / PAGE));
      return 1;
    } catch {
      return 0;
    }
  };

  readonly #countNothing = (...at: number[]) => {
    for (const pointer of at) this.#words[pointer / 4] = 0;
    return 0;
  };

  /** Writes pieces of text, each a pointer and a length, and says how much that was. */
  readonly #write = (...call: number[]) => {
    const [, pieces, count, written] = call;
    const words = this.#words;
    words[written! / 4] = 0;
    for (let i = 0; i < count!; i++) {
      const [pointer, length] = words.subarray(pieces! / 4 + 2 * i);
      const bytes = this.#bytes.subarray(pointer, pointer! + length!);
      this.#said += new TextDecoder().decode(bytes);
      words[written! / 4]! += length!;
    }
    const lines = this.#said.split("\n");
    this.#said = lines.pop()!;
    for (const line of lines) this.host.print(line);
    return 0;
  };

  get #bytes(): Uint8Array {
    return new Uint8Array(this.#memory.buffer);
  }

  get #words(): Uint32Array {
    return new Uint32Array(this.#memory.buffer);
  }
}

function fail(): never {
  throw new Error("the decoder gave up");
}
