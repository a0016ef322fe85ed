import {
  assertEquals,
  assertGreater,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import fc from "fast-check";
import { CheckpointError } from "../../src/errors.ts";
import { encodeSafetensors } from "../../src/checkpoint/safetensors.ts";
import {
  decodeSafetensors,
  headerEnd,
  parseHeader,
  viewSafetensors,
} from "../../src/checkpoint/safetensors_reader.ts";
import { fileOf, joined } from "./bytes.ts";

const four = new Uint8Array(4);
const entry = (shape: string, begin: number, end: number, dtype = '"U8"') =>
  `{"dtype":${dtype},"shape":${shape},"data_offsets":[${begin},${end}]}`;
const one = entry("[4]", 0, 4);

const REFUSED: [title: string, bytes: Uint8Array, complaint: string][] = [
  ["an empty file", new Uint8Array(), "at least 8 bytes, got 0"],
  ["a file shorter than a length", new Uint8Array(7), "at least 8 bytes"],
  [
    "a header longer than the file",
    fileOf("{}", four, 7n),
    "at most 6 bytes, got 7",
  ],
  [
    "a length beyond all numbers",
    fileOf("{}", four, 2n ** 64n - 1n),
    "at most",
  ],
  ["an empty header", fileOf(""), "starts with {"],
  ["a header that starts with a space", fileOf(" {}"), "starts with {"],
  ["a header that is a list", fileOf("[]"), "starts with {"],
  [
    "a header that starts with a byte order mark",
    fileOf("\ufeff{}"),
    "starts with {",
  ],
  [
    "a header that is not UTF-8",
    fileOf(
      new TextEncoder().encode('{"__metadata__":{"k":"?"}}')
        .map((byte) => byte === "?".charCodeAt(0) ? 0xff : byte),
    ),
    "UTF-8 JSON",
  ],
  ["a header that is not JSON", fileOf('{"a"}'), "UTF-8 JSON"],
  ["more than one value", fileOf("{}{}"), "UTF-8 JSON"],
  ["padding with zeros", fileOf("{}\0\0"), "UTF-8 JSON"],
  ["a tensor twice", fileOf(`{"a":${one},"a":${one}}`, four), '"a" twice'],
  ["metadata twice", fileOf('{"__metadata__":{},"__metadata__":{}}'), "twice"],
  [
    "a metadata key twice",
    fileOf('{"__metadata__":{"k":"1","k":"2"}}'),
    "twice",
  ],
  [
    "a dtype twice",
    fileOf(`{"a":{"dtype":"I8",${one.slice(1)}}`, four),
    "twice",
  ],
  [
    "metadata that is a number",
    fileOf('{"__metadata__":{"k":1}}'),
    "text to text",
  ],
  ["metadata that is null", fileOf('{"__metadata__":null}'), "text to text"],
  ["metadata that is a list", fileOf('{"__metadata__":["a"]}'), "text to text"],
  [
    "metadata that goes deep",
    fileOf('{"__metadata__":{"k":{"l":"m"}}}'),
    "text to text",
  ],
  ["a tensor that is null", fileOf('{"a":null}'), 'tensor "a" of'],
  ["a tensor that is a text", fileOf('{"a":"b"}'), 'tensor "a" of'],
  [
    "an unknown dtype",
    fileOf(`{"a":${entry("[4]", 0, 4, '"F4"')}}`, four),
    'got "F4"',
  ],
  [
    "an inherited dtype",
    fileOf(`{"a":${entry("[4]", 0, 4, '"valueOf"')}}`, four),
    "valueOf",
  ],
  [
    "a dtype that is a list",
    fileOf(`{"a":${entry("[4]", 0, 4, '["U8"]')}}`, four),
    "got [",
  ],
  [
    "no shape",
    fileOf('{"a":{"dtype":"U8","data_offsets":[0,4]}}', four),
    "with a shape",
  ],
  [
    "a shape that is a number",
    fileOf(`{"a":${entry("4", 0, 4)}}`, four),
    "with a shape",
  ],
  [
    "a shape with a text",
    fileOf(`{"a":${entry('["4"]', 0, 4)}}`, four),
    "with a shape",
  ],
  [
    "a negative shape",
    fileOf(`{"a":${entry("[-2,-2]", 0, 4)}}`, four),
    "the number -2",
  ],
  [
    "a shape with a fraction",
    fileOf(`{"a":${entry("[0.5,8]", 0, 4)}}`, four),
    "0.5",
  ],
  [
    "a shape beyond the safe integers",
    fileOf(`{"a":${entry("[9007199254740993]", 0, 4)}}`, four),
    "with a shape",
  ],
  [
    "a shape whose product is too large",
    fileOf(`{"a":${entry("[4294967296,4294967296]", 0, 0)}}`),
    "can be counted",
  ],
  [
    "a shape whose product is too large before a zero",
    fileOf(`{"a":${entry("[4294967296,4294967296,0]", 0, 0)}}`),
    "can be counted",
  ],
  [
    "no offsets",
    fileOf('{"a":{"dtype":"U8","shape":[4]}}', four),
    "two offsets",
  ],
  [
    "one offset",
    fileOf('{"a":{"dtype":"U8","shape":[4],"data_offsets":[4]}}', four),
    "two offsets",
  ],
  [
    "a begin after the end",
    fileOf(`{"a":${entry("[0]", 4, 0)}}`, four),
    "before its end",
  ],
  [
    "more bytes than the shape has",
    fileOf(`{"a":${entry("[3]", 0, 4)}}`, four),
    "of 3 bytes",
  ],
  [
    "fewer bytes than the shape has",
    fileOf(`{"a":${entry("[5]", 0, 4)}}`, four),
    "of 5 bytes",
  ],
  [
    "a wide dtype in few bytes",
    fileOf(`{"a":${entry("[4]", 0, 4, '"F32"')}}`, four),
    "of 16",
  ],
  ["data with no tensor", fileOf("{}", four), "0 bytes of tensor data, got 4"],
  [
    "data after the last tensor",
    fileOf(`{"a":${entry("[3]", 0, 3)}}`, four),
    "3 bytes of",
  ],
  [
    "a tensor beyond the data",
    fileOf(`{"a":${entry("[5]", 0, 5)}}`, four),
    "5 bytes of",
  ],
  [
    "a hole before the first",
    fileOf(`{"a":${entry("[3]", 1, 4)}}`, four),
    "begin at 0, got 1",
  ],
  [
    "a hole between two",
    fileOf(`{"a":${entry("[1]", 0, 1)},"b":${entry("[2]", 2, 4)}}`, four),
    '"b" to begin at 1, got 2',
  ],
  [
    "an overlap",
    fileOf(`{"a":${entry("[3]", 0, 3)},"b":${entry("[2]", 2, 4)}}`, four),
    '"b" to begin at 3, got 2',
  ],
  [
    "two tensors in one place",
    fileOf(`{"a":${one},"b":${one}}`, four),
    "to begin at 4, got 0",
  ],
];

for (const [title, bytes, complaint] of REFUSED) {
  Deno.test(`a safetensors file is refused for ${title}`, () => {
    assertThrows(() => decodeSafetensors(bytes), CheckpointError, complaint);
  });
}

Deno.test("a header of 100 MB is the longest that is looked at", () => {
  const limit = 100_000_000;
  const start = (length: number) => fileOf("", undefined, BigInt(length));
  assertEquals(headerEnd(start(limit), 2 * limit), limit + 8);
  assertThrows(() => headerEnd(start(limit + 1), 2 * limit), CheckpointError);
});

Deno.test("a file of nothing, empty tensors, single numbers and padding are read", () => {
  assertEquals(decodeSafetensors(fileOf("{}")).header.tensors.size, 0);
  const header = `{"b":${entry("[]", 0, 1)},"a":${entry("[0,7]", 0, 0)},` +
    `"d":${entry("[0]", 4, 4)},"c":${entry("[3]", 1, 4)}}   `;
  const { tensors } = decodeSafetensors(fileOf(header, four)).header;
  assertEquals([...tensors.keys()], ["a", "b", "c", "d"]);
});

Deno.test("offsets and extents count from the right place", async () => {
  const data = Uint8Array.of(1, 2, 3, 4);
  const header = `{"a":${entry("[1]", 0, 1)},"b":${entry("[3]", 1, 4)}}`;
  const bytes = joined([Uint8Array.of(9, 9), fileOf(header, data)]).subarray(2);
  const reader = decodeSafetensors(bytes);
  assertEquals(reader.header.dataOffset, 8 + header.length);
  assertEquals(await reader.read("b"), Uint8Array.of(2, 3, 4));
});

Deno.test("a tensor that is read is a copy on a buffer of its own", async () => {
  const bytes = fileOf(`{"a":${one}}`, Uint8Array.of(1, 2, 3, 4));
  const tensor = await decodeSafetensors(bytes).read("a");
  bytes.fill(0);
  assertEquals(tensor.buffer, Uint8Array.of(1, 2, 3, 4).buffer);
});

Deno.test("a view shares the file's memory where it is aligned, and is a copy where it is not", async () => {
  const header = `{"a":${entry("[1]", 0, 4, '"I32"')}}`;
  const data = Uint8Array.of(1, 2, 3, 4);
  const view = async (spaces: number) => {
    const bytes = new Uint8Array(fileOf(header + " ".repeat(spaces), data));
    return { bytes, tensor: await viewSafetensors(bytes).read("a") };
  };
  const toFour = (4 - header.length % 4) % 4;

  const shared = await view(toFour);
  assertStrictEquals(shared.tensor.buffer, shared.bytes.buffer);
  assertEquals(shared.tensor, data);

  const copied = await view(toFour + 1);
  assertEquals(copied.tensor.buffer, data.buffer);
});

Deno.test("asking for a tensor that is not there says which ones are", async () => {
  const reader = decodeSafetensors(fileOf(`{"a":${one}}`, four));
  await assertRejects(
    async () => await reader.read("b"),
    RangeError,
    'Cannot read tensor "b": expected one of a',
  );
});

Deno.test("whatever is changed in a file, it is read or refused with a CheckpointError", () => {
  const original = joined(encodeSafetensors([
    { name: "a", dtype: "F32", shape: [2, 2], data: new Uint8Array(16) },
    { name: "b", dtype: "U8", shape: [3], data: new Uint8Array(3) },
  ], { format: "test" }));
  const change = fc.record({
    at: fc.nat({ max: original.length - 1 }),
    remove: fc.nat({ max: 4 }),
    insert: fc.oneof(
      fc.uint8Array({ maxLength: 4 }),
      fc.constantFrom('"', "{", "}", "[", "]", ",", ":", "-", "0", "null", "\\")
        .map((text) => new TextEncoder().encode(text)),
    ),
  });
  let refused = 0;
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), (changes) => {
      let bytes = original;
      for (const { at, remove, insert } of changes) {
        bytes = joined([
          bytes.subarray(0, at),
          insert,
          bytes.subarray(at + remove),
        ]);
      }
      try {
        parseHeader(bytes, bytes.length);
      } catch (error) {
        if (!(error instanceof CheckpointError)) throw error;
        refused++;
      }
    }),
    { numRuns: 2000 },
  );
  assertGreater(refused, 100);
});

Deno.test("a header nested without end is refused, not a crash", () => {
  const deep = `{"__metadata__":${"[".repeat(200_000)}${"]".repeat(200_000)}}`;
  assertThrows(() => decodeSafetensors(fileOf(deep)), CheckpointError);
});
