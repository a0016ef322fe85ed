import { assertEquals, assertThrows } from "@std/assert";
import { UsageError } from "../../src/cli/flags.ts";
import type { Figure } from "./figures.ts";
import {
  type Entry,
  entryOf,
  readHistory,
  worseThanBefore,
} from "./history.ts";
import { parseProcessor } from "./processor.ts";

const INTEL = { kind: "Intel with AVX-512", name: "Xeon", cores: 2 };
const AMD = { kind: "AMD with AVX2", name: "EPYC", cores: 2 };

const ratio = (name: string, value: number, more = {}): Figure => ({
  bench: "step",
  name,
  value,
  unit: "×",
  ...more,
});

const entry = (ratios: Entry["ratios"], processor = INTEL): Entry => ({
  date: "2026-11-26",
  processor,
  ratios,
});

Deno.test("a run is remembered by its ratios, but for the least of some", () => {
  const time: Figure = { bench: "start", name: "a", value: 3, unit: "ms" };
  const lines = [ratio("a", 1.23456), ratio("a, least", 0.5), time];
  assertEquals(entryOf(lines, INTEL, "2026-11-26"), entry({ a: 1.23 }));
});

Deno.test("a ratio that falls by more than a tenth is worse, one that should be low if it rises", () => {
  const history = [entry({ a: 1, b: 2 }), entry({ a: 4 }, AMD)];
  const worse = (...lines: Figure[]) => worseThanBefore(lines, INTEL, history);
  assertEquals(worse(ratio("a", 0.91), ratio("b", 9), ratio("new", 0)), []);
  assertEquals(worse(ratio("a", 0.89)), ["a: 0.890, was 1"]);
  const low = { lowerIsBetter: true };
  assertEquals(worse(ratio("b", 2.19, low), ratio("a", 0.1, low)), []);
  assertEquals(worse(ratio("b", 2.21, low)), ["b: 2.21, was 2"]);
});

Deno.test("the last record of a ratio counts, and there must be one of this kind", () => {
  const history = [entry({ a: 1, b: 1 }), entry({ a: 2 })];
  const worse = (name: string, value: number) =>
    worseThanBefore([ratio(name, value)], INTEL, history).length;
  assertEquals([worse("a", 1.5), worse("b", 0.95)], [1, 0]);
  assertThrows(
    () => worseThanBefore([ratio("a", 1)], AMD, history),
    UsageError,
    "expected some recorded on AMD with AVX2, got none",
  );
});

Deno.test("the history that is kept can be read", async () => {
  for (const { date, processor, ratios } of await readHistory()) {
    assertEquals(/^\d{4}-\d\d-\d\d$/.test(date), true);
    assertEquals(Object.keys(processor), ["kind", "name", "cores"]);
    assertEquals(Object.values(ratios).every((value) => value > 0), true);
  }
});

Deno.test("a processor is known by its maker and vectors", () => {
  const intel = "processor\t: 0\nvendor_id\t: GenuineIntel\n" +
    "model name\t: Intel(R) Xeon(R) Processor\nflags\t\t: fpu avx2 avx512f\n";
  assertEquals(parseProcessor(intel, 2), {
    kind: "Intel with AVX-512",
    name: "Intel(R) Xeon(R) Processor",
    cores: 2,
  });
  const arm = "processor\t: 0\nFeatures\t: fp asimd crc32\n" +
    "CPU implementer\t: 0x41\n";
  assertEquals(parseProcessor(arm, 4), {
    kind: "ARM with NEON",
    name: "ARM",
    cores: 4,
  });
  assertEquals(parseProcessor("", 1).kind, "unknown");
});
