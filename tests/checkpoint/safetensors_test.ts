import {
  assertEquals,
  assertStrictEquals,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import fc from "fast-check";
import {
  type DType,
  ELEMENT_SIZE,
  encodeSafetensors,
  type TensorData,
} from "../../src/checkpoint/safetensors.ts";
import { decodeSafetensors } from "../../src/checkpoint/safetensors_reader.ts";
import { joined } from "./bytes.ts";

const tensor = (name: string, dtype: DType = "U8", length = 1): TensorData => ({
  name,
  dtype,
  shape: [length],
  data: new Uint8Array(length * ELEMENT_SIZE[dtype]).fill(length),
});

/** Any tensors with names of their own. */
const anyTensors: fc.Arbitrary<TensorData[]> = fc.uniqueArray(
  fc.record({
    name: fc.oneof(
      fc.string({ unit: "binary" }),
      fc.constantFrom("__proto__", "constructor", "7", "optim.a.step", ""),
    ),
    dtype: fc.constantFrom(...Object.keys(ELEMENT_SIZE) as DType[]),
    shape: fc.array(fc.nat({ max: 3 }), { maxLength: 3 }),
    seed: fc.nat({ max: 255 }),
  }),
  { selector: ({ name }) => name, maxLength: 6 },
).map((tensors) =>
  tensors.map(({ name, dtype, shape, seed }) => {
    const count = shape.reduce((product, n) => product * n, 1);
    const data = new Uint8Array(count * ELEMENT_SIZE[dtype])
      .map((_, i) => seed + i);
    return { name, dtype, shape, data };
  })
);

const anyMetadata = fc.dictionary(
  fc.string({ unit: "binary" }),
  fc.string({ unit: "binary" }),
);

Deno.test("tensors and metadata are read back as they were written", async () => {
  await fc.assert(
    fc.asyncProperty(anyTensors, anyMetadata, async (tensors, metadata) => {
      const bytes = joined(encodeSafetensors(tensors, metadata));
      const { header, read } = decodeSafetensors(bytes);
      assertEquals(
        Object.entries(header.metadata).sort(),
        Object.entries(metadata).sort(),
      );
      assertEquals(header.tensors.size, tensors.length);
      assertEquals(header.byteLength, bytes.length);
      for (const { name, dtype, shape, data } of tensors) {
        const info = header.tensors.get(name)!;
        assertEquals([info.dtype, info.shape], [dtype, shape]);
        assertEquals(await read(name), data);
      }
    }),
  );
});

Deno.test("the bytes do not depend on the order in which things are given", () => {
  fc.assert(fc.property(anyTensors, anyMetadata, (tensors, metadata) => {
    const reversed = Object.fromEntries(Object.entries(metadata).reverse());
    assertEquals(
      joined(encodeSafetensors(tensors, metadata)),
      joined(encodeSafetensors(tensors.toReversed(), reversed)),
    );
  }));
});

Deno.test("every tensor starts at a multiple of its element size", () => {
  fc.assert(fc.property(anyTensors, anyMetadata, (tensors, metadata) => {
    const { header } = decodeSafetensors(
      joined(encodeSafetensors(tensors, metadata)),
    );
    for (const { dtype, offsets } of header.tensors.values()) {
      assertEquals((header.dataOffset + offsets[0]) % ELEMENT_SIZE[dtype], 0);
    }
  }));
});

Deno.test("a small file is what the format says, byte for byte", () => {
  const bytes = joined(encodeSafetensors(
    [
      { name: "b", dtype: "U8", shape: [3], data: Uint8Array.of(1, 2, 3) },
      { name: "a", dtype: "I32", shape: [], data: Uint8Array.of(7, 0, 0, 0) },
    ],
    { format: "pt" },
  ));
  const json = '{"__metadata__":{"format":"pt"},' +
    '"a":{"dtype":"I32","shape":[],"data_offsets":[0,4]},' +
    '"b":{"dtype":"U8","shape":[3],"data_offsets":[4,7]}}';
  const padded = json.padEnd(Math.ceil(json.length / 8) * 8);
  assertEquals([...bytes.subarray(0, 8)], [padded.length, 0, 0, 0, 0, 0, 0, 0]);
  assertEquals(
    new TextDecoder().decode(bytes.subarray(8, 8 + padded.length)),
    padded,
  );
  assertEquals(
    [...bytes.subarray(8 + padded.length)],
    [7, 0, 0, 0, 1, 2, 3],
  );
});

Deno.test("tensors are written largest element first, then by name", () => {
  const tensors = [
    tensor("b"),
    tensor("a"),
    tensor("Z"),
    tensor("c", "F32"),
    tensor("d", "F64"),
    tensor("e", "F16"),
  ];
  const { header } = decodeSafetensors(joined(encodeSafetensors(tensors)));
  assertEquals([...header.tensors.keys()], ["d", "c", "e", "Z", "a", "b"]);
});

Deno.test("the data of a tensor is not copied", () => {
  const given = tensor("a", "F32", 4);
  assertStrictEquals(encodeSafetensors([given])[1], given.data);
});

Deno.test("a name twice, or the reserved one, cannot be written", () => {
  assertThrows(
    () => encodeSafetensors([tensor("a"), tensor("b"), tensor("a")]),
    RangeError,
    "Cannot write tensor a",
  );
  assertThrows(
    () => encodeSafetensors([tensor("a"), tensor("a", "F64")]),
    RangeError,
    "Cannot write tensor a",
  );
  assertThrows(
    () => encodeSafetensors([tensor("__metadata__")]),
    RangeError,
    "reserved",
  );
});

Deno.test("a shape that does not fit the data cannot be written", () => {
  const wrong = { ...tensor("a", "F32", 4), shape: [5] };
  const { message } = assertThrows(() => encodeSafetensors([wrong]), TypeError);
  assertStringIncludes(message, "expected 20 bytes for F32 [5], got 16");
});

for (const shape of [[-1], [0.5], [NaN], [-1, -1], [2 ** 40, 2 ** 40]]) {
  Deno.test(`the shape [${shape}] cannot be written`, () => {
    const wrong = { ...tensor("a"), shape };
    assertThrows(() => encodeSafetensors([wrong]), TypeError);
  });
}

Deno.test("text that is not valid Unicode cannot be written", () => {
  assertThrows(() => encodeSafetensors([tensor("\ud800")]), RangeError);
  assertThrows(() => encodeSafetensors([], { a: "\ud800" }), RangeError);
  assertThrows(() => encodeSafetensors([], { "\udc00": "a" }), RangeError);
});

Deno.test("a header longer than the format allows cannot be written", () => {
  const long = "x".repeat(100_000_000);
  assertThrows(() => encodeSafetensors([], { long }), RangeError, "header");
});
