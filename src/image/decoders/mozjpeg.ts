/**
 * Runs the WebAssembly of `@jsquash/jpeg` without the loader that comes with
 * it, which takes 5 ms of a cold start and copies every image twice (measured
 * by tests/bench/start.ts and image.ts).
 *
 * The module speaks embind, Emscripten's protocol between C++ and JavaScript.
 * As it starts it registers one function, `decode(std::string, bool) → val`.
 * Called, that makes a `val` of
 *
 *   new ImageData(new Uint8ClampedArray(pixels), width, height)
 *
 * by two calls of a constructor, or one of `null`. Only so much of the protocol
 * is spoken here. The one-letter names are those of the version in deno.json.
 *
 * @module
 */

import type { Host, Instance } from "./codec.ts";

/** What the module exports; a pointer is a byte offset into its memory. */
interface Exports {
  readonly A: WebAssembly.Memory;
  /** Runs the constructors of C++. */
  B(): void;
  D(bytes: number): number;
  E(pointer: number): void;
  readonly F: WebAssembly.Table;
}

/** Calls the decoder on a text; gives the handle of its result. */
type Invoker = (decode: number, text: number, orient: number) => number;

/** Embind's handles of `null`, and of anything that is no constant. */
const NULL = 4;
const VALUE = 10;
/** WASI's error number of a call that is not there. */
const NO_SUCH_CALL = 52;
const PAGE = 65_536;
/** How much more memory is taken than asked for, so that it is seldom asked for. */
const GROWTH = 1.2;

/** A decoder of JPEG, its orientation not applied. */
export class Mozjpeg implements Instance {
  readonly #exports: Exports;
  #invoke: Invoker = () => NULL;
  #decode = 0;
  #pixels: Uint8Array = new Uint8Array();
  #said = "";

  constructor(module: WebAssembly.Module, private readonly host: Host) {
    const nothing = () => 0;
    const refuse = () => NO_SUCH_CALL;
    const fail = () => {
      throw new Error("the decoder gave up");
    };
    const { exports } = new WebAssembly.Instance(module, {
      a: {
        // Types are registered, then the function.
        n: nothing, // void
        m: nothing, // bool
        b: nothing, // integers
        q: nothing, // big integers
        j: nothing, // floats
        e: nothing, // std::string
        c: nothing, // std::wstring
        l: nothing, // val
        a: nothing, // views of memory
        f: this.#register,
        // Values.
        k: () => VALUE, // of a name on globalThis
        h: (types: number) => types, // who calls with so many types, the result's included
        i: this.#construct,
        y: nothing, // counts a use
        d: nothing, // and one less
        g: nothing, // frees arguments
        // The platform.
        v: (to: number, from: number, length: number) =>
          void this.#bytes.copyWithin(to, from, from + length),
        s: this.#grow,
        t: nothing, // the environment,
        u: this.#countNothing, // which is empty
        x: this.#write,
        p: refuse, // seeks
        w: refuse, // closes
        o: fail, // throws
        r: fail, // aborts
        z: fail, // exits
      },
    });
    this.#exports = exports as unknown as Exports;
    this.#exports.B();
  }

  decode(bytes: Uint8Array): boolean {
    const { D: allocate, E: free } = this.#exports;
    const text = allocate(4 + bytes.length);
    this.#words[text / 4] = bytes.length;
    this.#bytes.set(bytes, text + 4);
    const found = this.#invoke(this.#decode, text, 0);
    free(text);
    return found !== NULL;
  }

  readonly #register = (
    _name: number,
    _types: number,
    _typeList: number,
    _signature: number,
    invoker: number,
    decode: number,
  ) => {
    this.#invoke = this.#exports.F.get(invoker) as Invoker;
    this.#decode = decode;
  };

  /** Constructs: from a view of memory, the pixels; from those and two numbers, the image. */
  readonly #construct = (
    types: number,
    _class: number,
    _destructors: number,
    values: number,
  ) => {
    const words = this.#words.subarray(values / 4);
    if (types === 2) {
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
    const { A: memory } = this.#exports;
    const size = memory.buffer.byteLength;
    try {
      const wanted = Math.max(bytes >>> 0, GROWTH * size);
      memory.grow(Math.ceil((wanted - size) / PAGE));
      return 1;
    } catch {
      return 0;
    }
  };

  readonly #countNothing = (count: number, bytes: number) => {
    this.#words[count / 4] = this.#words[bytes / 4] = 0;
    return 0;
  };

  /** Writes pieces of text, each a pointer and a length, and says how much that was. */
  readonly #write = (
    _file: number,
    pieces: number,
    count: number,
    written: number,
  ) => {
    const words = this.#words;
    words[written / 4] = 0;
    for (let i = 0; i < count; i++) {
      const [pointer, length] = words.subarray(pieces / 4 + 2 * i);
      const bytes = this.#bytes.subarray(pointer, pointer! + length!);
      this.#said += new TextDecoder().decode(bytes);
      words[written / 4]! += length!;
    }
    const lines = this.#said.split("\n");
    this.#said = lines.pop()!;
    for (const line of lines) this.host.print(line);
    return 0;
  };

  get #bytes(): Uint8Array {
    return new Uint8Array(this.#exports.A.buffer);
  }

  get #words(): Uint32Array {
    return new Uint32Array(this.#exports.A.buffer);
  }
}
