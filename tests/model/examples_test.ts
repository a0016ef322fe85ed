import { assertEquals } from "@std/assert";
import { UNKNOWN } from "../../src/heads/head.ts";
import { groupsOf } from "../../src/model/examples.ts";
import {
  binaryHead,
  classesHead,
  numberHead,
  twoHeads,
} from "../heads/specs.ts";

function groups(
  heads: Parameters<typeof groupsOf>[0]["heads"],
  labels: readonly (readonly number[])[],
): readonly string[] {
  return groupsOf({
    heads,
    length: labels.length,
    labelOf: (row, head) => labels[row]![head]!,
  });
}

Deno.test("rows of equal labels are a group, whatever quantities they have", () => {
  const heads = [...twoHeads(2, 2), numberHead("width")];
  const labels = [[0, 1, 3], [0, 1, 4], [1, UNKNOWN, 3], [1, UNKNOWN, 5]];
  assertEquals(groups(heads, labels), ["0/1", "0/1", "1/?", "1/?"]);
});

Deno.test("where hardly two rows agree, the head that divides them most makes the groups", () => {
  const heads = [binaryHead("worn"), classesHead("item", 3), binaryHead("new")];
  const labels = [[0, 0, 1], [1, 0, 0], [0, 1, 0], [1, 1, 1], [0, 2, 0]];
  assertEquals(groups(heads, labels), ["0", "0", "1", "1", "2"]);
});

Deno.test("without a head that divides them, all rows are one group", () => {
  assertEquals(groups([numberHead("width")], [[1], [2], [3]]), ["", "", ""]);
});
