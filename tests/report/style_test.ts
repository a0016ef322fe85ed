import { assert, assertEquals } from "@std/assert";
import {
  coloursOf,
  DARK,
  LIGHT,
  type Palette,
} from "../../src/report/chart/style.ts";

const PAGE = new URL("../../routes/page/page.css", import.meta.url);

/** The server page's names for the colours of reports. */
const NAMES: Readonly<Record<string, string>> = {
  ground: "paper",
  sheet: "surface",
  ink: "ink",
  quiet: "muted",
  line: "grid",
  accent: "series-1",
  mark: "series-2",
  "good-line": "series-3",
};

Deno.test("reports have the colours of the server's page, in light and in dark", async () => {
  const css = await Deno.readTextFile(PAGE);
  const [light, dark] = [coloursOf(LIGHT), coloursOf(DARK)];
  for (const [theirs, ours] of Object.entries(NAMES)) {
    const [, ...colours] = css.match(
      new RegExp(`--${theirs}: light-dark\\((#\\w+), (#\\w+)\\)`),
    )!;
    assertEquals(colours, [light[ours], dark[ours]], theirs);
  }
});

/** Relative luminance (WCAG 2.2). */
function luminance(colour: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const value = parseInt(colour.slice(at, at + 2), 16) / 255;
    return value <= 0.04045
      ? value / 12.92
      : Math.pow((value + 0.055) / 1.055, 2.4);
  }) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string): number {
  const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [
    number,
    number,
  ];
  return (light + 0.05) / (dark + 0.05);
}

Deno.test("text stands out by 4.5, lines and bars by 3, on the page and on its sheets", () => {
  const palettes: readonly Palette[] = [LIGHT, DARK];
  for (const { paper, surface, ink, muted, rule, series } of palettes) {
    for (const ground of [paper, surface]) {
      // Links and the brand have the first colour of the series.
      for (const text of [ink, muted, series[0]!]) {
        assert(contrast(text, ground) >= 4.5, `${text} on ${ground}`);
      }
      for (const line of [rule, ...series]) {
        assert(contrast(line, ground) >= 3, `${line} on ${ground}`);
      }
    }
  }
});
