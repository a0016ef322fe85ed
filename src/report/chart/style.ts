/** The colours of charts and pages, for light and dark. @module */

/** Colours by their use; eight for series, told apart by the colour-blind too. */
export interface Palette {
  readonly paper: string;
  readonly surface: string;
  readonly ink: string;
  readonly muted: string;
  readonly rule: string;
  readonly grid: string;
  readonly series: readonly string[];
}

/** Dark on light: screens by day, and paper. */
export const LIGHT: Palette = {
  paper: "#ffffff",
  surface: "#f5f7fa",
  ink: "#1a1f26",
  muted: "#545e6b",
  rule: "#8b96a3",
  grid: "#e2e7ed",
  series: [
    "#0f62c2",
    "#c2500a",
    "#14794a",
    "#7b43d1",
    "#b0186d",
    "#6b6a00",
    "#00748a",
    "#6d4b2b",
  ],
};

/** Light on dark: screens by night. */
export const DARK: Palette = {
  paper: "#0e1217",
  surface: "#171d25",
  ink: "#e7edf4",
  muted: "#a0acba",
  rule: "#66727f",
  grid: "#28303a",
  series: [
    "#6cb0ff",
    "#ffa35c",
    "#57d29a",
    "#c7a5ff",
    "#ff8fc6",
    "#d3d05c",
    "#4fcfe2",
    "#dcb68e",
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
.chart text{font:12px system-ui,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;fill:${ink}}
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
