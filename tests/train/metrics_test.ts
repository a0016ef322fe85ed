import { assertEquals } from "@std/assert";
import type { HeadOutputs } from "../../src/heads/head.ts";
import { UNKNOWN } from "../../src/heads/head.ts";
import { createArena } from "../../src/kernels/arena.ts";
import { metricsJson, metricsOf } from "../../src/train/metrics.ts";
import { classesHead, numberHead } from "../heads/specs.ts";

const { kernels } = await createArena(() => null);

function outputs(rows: number[][], labels: number[]): HeadOutputs {
  return {
    logits: Float32Array.from(rows.flat()),
    width: rows[0]!.length,
    labels: Float64Array.from(labels),
  };
}

Deno.test("metrics are broken down by the groups of every other head, without empty ones", () => {
  const heads = [
    classesHead("domain", ["a", "b", "c"]),
    classesHead("item", ["x", "y"]),
    numberHead("width", 10, 2),
  ];
  const { images, breakdown } = metricsOf(kernels, heads, [
    outputs([[1, 0, 0], [1, 0, 0], [0, 1, 0]], [0, 0, 1]),
    outputs([[0, 1], [0, 1], [0, 1]], [1, 0, 1]),
    outputs([[0], [1], [0.5]], [10, 13, UNKNOWN]),
  ]);
  assertEquals(images, 3);
  assertEquals(Object.keys(breakdown), ["domain", "item"]);
  const { a, b, c } = breakdown.domain!;
  assertEquals([a?.images, b?.images, c], [2, 1, undefined]);
  assertEquals([a, b].map((group) => group!.heads.item!.accuracy), [0.5, 1]);
  assertEquals([a, b].map((group) => group!.heads.width!.images), [2, 0]);
  assertEquals(a!.heads.width!.mae, 0.5);
  assertEquals(breakdown.item!.y!.heads.domain!.accuracy, 1);
});

Deno.test("as JSON, every head and every breakdown is a part of its own", () => {
  const head = { images: 1, accuracy: 1, loss: 0 };
  const json = metricsJson({
    images: 1,
    heads: { domain: head },
    breakdown: { domain: { webcam: { images: 1, heads: { item: head } } } },
  });
  assertEquals(json, {
    images: 1,
    domain: head,
    perDomain: { webcam: { images: 1, item: head } },
  });
});
