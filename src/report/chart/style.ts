/** The colours of charts and pages, for light and dark. @module */

/**
 * Colours by their use. The eight for series are told apart by the colour-blind
 * too, the closest pair by lightness more than by hue.
 */
export interface Palette {
  /** Around the sheets. */
  readonly paper: string;
  /** The sheet that text and charts are on. */
  readonly surface: string;
  readonly ink: string;
  readonly muted: string;
  /** Axes. */
  readonly rule: string;
  /** Grid lines and borders. */
  readonly grid: string;
  readonly series: readonly string[];
}

/** Dark on light: screens by day, and paper. The server's page has the same colours. */
export const LIGHT: Palette = {
  paper: "#f6f4ef",
  surface: "#fffefb",
  ink: "#1f2126",
  muted: "#5a5c64",
  rule: "#8d8a82",
  grid: "#dcd8cf",
  series: [
    "#2f5bd0",
    "#b4530a",
    "#2d7a3f",
    "#7a1fa2",
    "#c2186b",
    "#5c5a00",
    "#0b7285",
    "#40291a",
  ],
};

/** Light on dark: screens by night. */
export const DARK: Palette = {
  paper: "#15161a",
  surface: "#1e2026",
  ink: "#ecebe6",
  muted: "#a9abb3",
  rule: "#6f727c",
  grid: "#363942",
  series: [
    "#8fb0ff",
    "#ffb163",
    "#6fcb85",
    "#b87cf0",
    "#ff7fb8",
    "#efec8a",
    "#3fc1d4",
    "#e8d3bd",
  ],
};

/** The rules that draw charts, with `colour` naming each colour of the palette. */
export function chartStyle(colour: (name: string) => string): string {
  const series = LIGHT.series.map((_, i) => {
    const value = colour(`series-${i + 1}`);
    return `.line.s${i + 1}{stroke:${value}}.bar.s${i + 1},.dot.s${
      i + 1
    },.band.s${i + 1}{fill:${value}}`;
  });
  const ink = colour("ink");
  const muted = colour("muted");
  return `
.chart text{font:12px system-ui,sans-serif;fill:${ink}}
.chart .title{font-weight:600;font-size:13px}
.chart .name{font-size:12px;fill:${muted}}
.chart .tick,.chart .note{font-size:11px;fill:${muted}}
.chart .cell{font-size:11px;text-anchor:middle}
.chart .end{text-anchor:end}
.chart .middle{text-anchor:middle}
.axis{fill:none;stroke:${colour("rule")}}
.contour{fill:none;stroke:${colour("rule")};stroke-opacity:.5}
.grid{fill:none;stroke:${colour("grid")}}
.mark{fill:none;stroke:${muted};stroke-dasharray:4 3}
.line{fill:none;stroke-width:2;stroke-linejoin:round;stroke-linecap:round}
.dashed{stroke-dasharray:6 4}
.soft{fill-opacity:.65}
.band{fill-opacity:.18}
.whisker{fill:none;stroke:${ink};stroke-width:1.5}
.sure{fill:none;stroke:${colour("series-2")};stroke-width:3}
.count{fill:${colour("rule")}}
${series.join("\n")}`;
}

/** The palette's colours by name. */
export function coloursOf(palette: Palette): Record<string, string> {
  const { series, ...named } = palette;
  return Object.fromEntries([
    ...Object.entries(named),
    ...series.map((value, i) => [`series-${i + 1}`, value] as const),
  ]);
}
