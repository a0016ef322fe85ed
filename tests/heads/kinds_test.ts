import { assertEquals } from "@std/assert";
import { headsFault, type HeadSpec, kindOf } from "../../src/heads/kinds.ts";
import { createArena } from "../../src/kernels/arena.ts";
import { fourHeads, twoHeads } from "./specs.ts";

const { kernels } = await createArena(() => null);

Deno.test("heads that a model can have are not found fault with", () => {
  assertEquals(headsFault(fourHeads()), undefined);
  assertEquals(headsFault(twoHeads(1, 2)), undefined);
});

Deno.test("a list that no model can have is named", () => {
  const faults: [unknown, string][] = [
    [undefined, "at least one head"],
    [{}, "at least one head"],
    [[null], 'heads with a name of 1 to 64 letters, digits, "_" or "-"'],
    [[{ name: "a b", kind: "binary" }], "heads with a name of 1 to 64"],
    [[{ name: "known", kind: "binary" }], "heads with a name other than known"],
    [[{ name: "a", kind: "toString" }], "the head a to be one of classes"],
    [[{ name: "a", kind: "classes" }], "the head a to have different labels"],
    [
      [{ name: "a", kind: "classes", labels: ["x", "x"] }],
      "the head a to have different labels",
    ],
    [[{ name: "a", kind: "number", mean: 0 }], "a positive standard deviation"],
    [
      [{ name: "a", kind: "number", mean: NaN, standardDeviation: 1 }],
      "a finite mean",
    ],
    [[...twoHeads(2, 2), ...twoHeads(2, 2)], "heads of different names"],
  ];
  for (const [heads, fault] of faults) {
    assertEquals(headsFault(heads)?.includes(fault), true, `${fault}`);
  }
});

Deno.test("every kind: its own calibrations are sound, and one of nothing is not", () => {
  for (const head of fourHeads()) {
    const kind = kindOf(head);
    const neutral = kind.neutral(head);
    assertEquals(kind.calibrationFault(head, neutral), undefined);
    assertEquals(typeof kind.calibrationFault(head, {}), "string");
    const width = kind.width(head);
    const outputs = {
      width,
      logits: new Float32Array(3 * width).map((_, i) => i),
      labels: Float64Array.of(0, 1, 1),
    };
    const fitted = kind.fit(kernels, head, outputs);
    assertEquals(kind.calibrationFault(head, fitted), undefined);
    assertEquals(kind.calibrated(outputs, neutral), outputs);
  }
});

Deno.test("every kind: a label that is shown is parsed again", () => {
  const labels = (head: HeadSpec) =>
    head.kind === "number" ? [-1.5, 0, 20] : kindOf(head).groups(head).keys();
  for (const head of fourHeads()) {
    for (const label of labels(head)) {
      const kind = kindOf(head);
      const shown = kind.show(head, label);
      assertEquals(kind.parse(head, shown), label);
      assertEquals(kind.parse(head, String(shown)), label);
    }
  }
});

Deno.test("every kind: the metrics it is judged by are those it computes", () => {
  for (const head of fourHeads()) {
    const kind = kindOf(head);
    const { metrics } = kind.score(kernels, head, {
      width: kind.width(head),
      logits: new Float32Array(kind.width(head)),
      labels: Float64Array.of(0),
    });
    assertEquals(
      Object.keys(metrics).filter((key) => key !== "images").sort(),
      kind.metrics.map(({ key }) => key).sort(),
    );
  }
});
