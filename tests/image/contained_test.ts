// What a decoder can reach that a hostile image has taken over.

import { assert, assertEquals } from "@std/assert";
import { Embind, type Names } from "../../src/image/decoders/embind.ts";
import { MOZJPEG } from "../../src/image/decoders/mozjpeg.ts";
import { compileModule } from "../../src/image/decoders/module.ts";
import { LIBWEBP } from "../../src/image/decoders/webp.ts";
import { encodeWebp, gradient } from "./fixtures.ts";

const MODULES: [string, Names][] = [
  ["@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm", MOZJPEG],
  ["@jsquash/webp/codec/dec/webp_dec.wasm", LIBWEBP],
];

/** Instantiates a module as its host does, and hands out what it was given. */
async function importsOf(file: string, names: Names): Promise<{
  imports: Record<string, (...values: number[]) => unknown>;
  taken: unknown[];
}> {
  const module = await compileModule(file);
  const { Instance } = WebAssembly;
  let imports: WebAssembly.Imports = {};
  WebAssembly.Instance = class extends Instance {
    constructor(module: WebAssembly.Module, given: WebAssembly.Imports = {}) {
      super(module, given);
      imports = given;
    }
  };
  const taken: unknown[] = [];
  try {
    new Embind(module, names, {
      print: (line) => taken.push(line),
      take: (pixels) => taken.push(pixels),
    });
  } finally {
    WebAssembly.Instance = Instance;
  }
  return {
    imports: imports["a"] as Record<string, (...values: number[]) => unknown>,
    taken,
  };
}

for (const [file, names] of MODULES) {
  Deno.test(`${file} is given numbers and nothing else, whatever it asks for`, async () => {
    const { imports, taken } = await importsOf(file, names);
    assertEquals(Object.keys(imports).sort().join(""), names.letters);
    const requests = [[], [0, 0, 0, 0], [65536, 4, 8, 1024], [-1, -1, -1, -1]];
    for (const [letter, call] of Object.entries(imports)) {
      for (const values of requests) {
        let given: unknown;
        try {
          given = call(...values);
        } catch (error) {
          assert(error instanceof Error, letter);
        }
        assert(given === undefined || typeof given === "number", letter);
      }
    }
    for (const each of taken) {
      if (typeof each === "string") continue;
      const { data } = each as { data: unknown };
      assert(data instanceof Uint8Array);
    }
  });
}

Deno.test("every WebP has an instance of its own", async () => {
  const { open } = await import("../../src/image/decoders/webp.ts");
  const decode = await open();
  const webp = await encodeWebp(gradient(20, 10));
  const memories = new Set<unknown>();
  for (let i = 0; i < 3; i++) {
    await decode(webp, ({ data }) => memories.add(data.buffer), 1e9);
  }
  assertEquals(memories.size, 3);
});
