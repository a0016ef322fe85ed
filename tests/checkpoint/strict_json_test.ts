import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { parseStrictJson } from "../../src/checkpoint/strict_json.ts";

Deno.test("what JSON.stringify writes is read back, whatever the keys and texts", () => {
  const text = fc.string({ unit: "binary" });
  const leaf = fc.oneof(text, fc.nat(), fc.boolean(), fc.constant(null));
  const { value } = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      leaf,
      fc.array(tie("value")),
      fc.dictionary(text, tie("value")),
    ),
  }));
  fc.assert(fc.property(value, (value) => {
    const json = JSON.stringify(value);
    assertEquals(JSON.stringify(parseStrictJson(json)), json);
  }));
});

const REFUSED: [title: string, text: string, complaint: string][] = [
  ["a key twice", `{"a":1,"a":1}`, `"a" twice`],
  ["a key twice, once escaped", `{"a":1,"\\u0061":1}`, `"a" twice`],
  ["a key twice, with space before the colon", `{"a":1,"a" :1}`, `"a" twice`],
  ["a key twice, further down", `[{"b":{"a":1,"c":{},"a":1}}]`, `"a" twice`],
  ["the key __proto__ twice", `{"__proto__":1,"__proto__":1}`, "twice"],
  ["a number with a point", `{"a":1.0}`, "the number 1.0"],
  ["a number with an exponent", `{"a":1e2}`, "the number 1e2"],
  ["a negative number", `{"a":-0}`, "the number -0"],
  ["half a surrogate pair", `{"a":"\\ud800"}`, "surrogate"],
  ["half a surrogate pair in a key", `{"\\udc00":1}`, "surrogate"],
  ["what is not JSON", `{"a":1,}`, "JSON"],
  ["brackets without end", `{"a":${"[".repeat(1e6)}`, "16 levels"],
  ["a million objects", `[${"{},".repeat(1e6)}{}]`, "100000 parts"],
  ["a shape of a million", `{"a":[${"1,".repeat(1e6)}1]}`, "100000 parts"],
];

for (const [title, text, complaint] of REFUSED) {
  Deno.test(`strict JSON refuses ${title}`, () => {
    assertThrows(() => parseStrictJson(text), SyntaxError, complaint);
  });
}

Deno.test("strict JSON takes one key in two objects, and what looks like a token in a text", () => {
  const value = {
    a: { b: "{", c: '"b":1,"b":2 -1.5}' },
    b: [{ b: 1 }, { b: 2 }],
  };
  assertEquals(parseStrictJson(JSON.stringify(value)), value);
});
