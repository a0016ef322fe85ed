/** Charts as PNG images, for where no SVG can be shown. @module */

import { initWasm, Resvg } from "@resvg/resvg-wasm";
import { chartStyle, coloursOf, LIGHT } from "../report/chart/style.ts";
import type { Markup } from "../report/markup.ts";

/** Pixels per unit of a drawing. */
const SCALE = 1.5;

let ready: Promise<void> | undefined;

/** Draws a chart in light colours with the one font it is given, a TrueType file. */
export async function renderPng(
  chart: Markup,
  font: Uint8Array,
): Promise<Uint8Array> {
  ready ??= start();
  await ready;
  const resvg = new Resvg(withStyle(chart), {
    background: LIGHT.surface,
    fitTo: { mode: "zoom", value: SCALE },
    font: { fontBuffers: [font] },
  });
  return resvg.render().asPng();
}

async function start(): Promise<void> {
  const module = import.meta.resolve("@resvg/resvg-wasm/index_bg.wasm");
  await initWasm(await Deno.readFile(new URL(module)));
}

/** A page's style sheet colours the charts on it; a chart by itself brings its own. */
function withStyle({ html }: Markup): string {
  const colours = coloursOf(LIGHT);
  const style = chartStyle((name) => colours[name]!);
  return html.replace("</desc>", `</desc><style>${style}</style>`);
}
