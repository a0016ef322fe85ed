/** The section on memory. @module */

import { barChart } from "../../../report/chart/bars.ts";
import { ticksFor } from "../../../report/chart/scale.ts";
import { formatBytes, formatDecimals } from "../../../report/format.ts";
import { type Content, type Markup, markup } from "../../../report/markup.ts";
import { figure, table } from "../../../report/page.ts";
import type { MemoryResult } from "../memory.ts";

/** Bars of bytes, and what the moments are. */
export function memorySection(
  results: readonly MemoryResult[],
  hidden: readonly number[],
): Content {
  return [
    markup`<p>What an optimizer remembers of every parameter has to be in memory, in the checkpoint, and with a model that is to go on learning. Counted for a trunk of ${
      hidden.join(", ")
    }, at four bytes a number; gradients come on top in training.</p>`,
    figure(
      memoryChart(results),
      undefined,
      table(
        "Bytes by optimizer",
        ["Optimizer", "What it keeps", "Parameters", "Moments"],
        results.map(({ name, slots, parameterBytes, momentBytes }) => [
          name,
          slots.join(", ") || "nothing",
          formatBytes(parameterBytes),
          formatBytes(momentBytes),
        ]),
        2,
      ),
    ),
  ];
}

/** Megabytes of parameters and moments. */
export function memoryChart(results: readonly MemoryResult[]): Markup {
  const most = Math.max(
    ...results.map(({ parameterBytes, momentBytes }) =>
      Math.max(parameterBytes, momentBytes)
    ),
  );
  const ticks = ticksFor(0, most / 1e6, 5, { low: 0 });
  return barChart({
    title: "Memory by optimizer",
    description: results.map(({ name, momentBytes }) =>
      `${name}: moments ${formatBytes(momentBytes)}.`
    ).join(" "),
    value: "Memory (MB)",
    row: "Optimizer",
    groups: ["parameters", "moments"],
    rows: results.map(({ name, parameterBytes, momentBytes }) => ({
      name,
      bars: [parameterBytes, momentBytes].map((bytes) => ({
        value: bytes / 1e6,
        note: formatBytes(bytes),
      })),
    })),
    ticks,
    format: (value) => formatDecimals(value, ticks.decimals),
  });
}
