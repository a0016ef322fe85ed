import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import {
  groupsOf,
  leadersOf,
  turnsOf,
} from "../../src/report/chart/coinciding.ts";
import { lineChart } from "../../src/report/chart/line.ts";

const line = (...ys: number[]) => ys.map((y, x) => [10 * x, y] as const);

/** Which lines are drawn at a distance from the start, by their dashes. */
function drawnAt(
  distance: number,
  turns: ReturnType<typeof turnsOf>,
): number[] {
  return [...turns.keys()].filter((n) => {
    if (turns[n] === undefined) return true;
    const [on, off] = turns[n].dashes.split(" ").map(Number) as [
      number,
      number,
    ];
    const period = on + off;
    return (((distance + turns[n].offset) % period) + period) % period < on;
  });
}

Deno.test("lines that cover each other take turns, and each is seen", () => {
  const leaders = leadersOf([
    line(0, 50),
    line(0, 51),
    line(90, 0),
    line(1, 50),
  ]);
  assertEquals(groupsOf(leaders), [[0, 1, 3]]);
  const turns = turnsOf(leaders);
  const seen = Array.from({ length: 60 }, (_, d) => drawnAt(d, turns));
  for (const each of seen) {
    assertEquals(each.filter((n) => n === 2), [2]);
    assertEquals(each.length, 2);
  }
  assertEquals(new Set(seen.flat()).size, 4);
});

Deno.test("lines that part, or that have other points, are drawn as they are", () => {
  const none = [undefined, undefined];
  assertEquals(turnsOf(leadersOf([line(0, 5, 9), line(0, 5, 30)])), none);
  assertEquals(turnsOf(leadersOf([line(0, 5), line(0, 5, 9)])), none);
});

Deno.test("a chart of coinciding lines draws all, dashed ones among them", () => {
  const points = [[0, 1], [1, 2]] as const;
  const { html } = lineChart({
    title: "Twice the same",
    description: "Two lines.",
    x: { name: "x" },
    y: { name: "y" },
    series: [
      { name: "a", colour: 1, points },
      { name: "b", colour: 2, dashed: true, points },
    ],
  });
  assertMatch(html, /class="line s1" stroke-dasharray="(\d+) \1"/);
  // The class would have dashes of its own.
  assertMatch(html, /class="line s2" stroke-dasharray="(\d+) \1"/);
  assertStringIncludes(html, 'class="line s2 dashed" d="M-9 0H9"');
  assertMatch(
    html,
    /<desc>Two lines. a and b coincide: a dash of each.<\/desc>/,
  );
  assertMatch(html, /<text class="note" [^>]+>a and b coincide/);
});
