/** A page that needs nothing but itself: its frame, its style, its parts. @module */

import {
  chartStyle,
  coloursOf,
  DARK,
  LIGHT,
  type Palette,
} from "./chart/style.ts";
import { type Content, type Markup, markup } from "./markup.ts";

/** A part of a page with a heading. */
export interface Section {
  /** Its anchor. */
  readonly id: string;
  readonly heading: string;
  readonly content: Content;
}

/** Nothing may be fetched and no script may run, whatever a label says. */
const POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'";

const META =
  markup`<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark"><meta http-equiv="Content-Security-Policy" content="${POLICY}">`;

/** A whole HTML document. */
export function renderPage(
  title: string,
  lead: Content,
  sections: readonly Section[],
): string {
  const links = sections.map(({ id, heading }) =>
    markup`<li><a href="#${id}">${heading}</a></li>`
  );
  const parts = sections.map(({ id, heading, content }) =>
    markup`<section id="${id}"><h2>${heading}</h2>${content}</section>`
  );
  return [
    "<!DOCTYPE html>",
    '<html lang="en">',
    markup`<head>${[META, markup`<title>${title}</title>`, style()]}</head>`
      .html,
    "<body>",
    markup`<header><p class="brand">Tandem</p><h1>${title}</h1>${lead}</header>`
      .html,
    markup`<nav aria-label="Sections"><ul>${links}</ul></nav>`.html,
    markup`<main>${parts}</main>`.html,
    "</body>",
    "</html>",
    "",
  ].join("\n");
}

/** A chart with what there is to say of it, and its numbers for those who prefer a table. */
export function figure(
  chart: Markup,
  caption?: Content,
  numbers?: Markup,
): Markup {
  return markup`<figure>${chart}${
    caption && markup`<figcaption>${caption}</figcaption>`
  }${numbers && folded("The numbers", numbers)}</figure>`;
}

/** A chart that keeps its size on a narrow screen, where it is scrolled. */
export function wideFigure(
  name: string,
  chart: Markup,
  caption: Content,
): Markup {
  return markup`<figure class="wide">${
    scrolling(name, chart)
  }<figcaption>${caption}</figcaption></figure>`;
}

/** Content that a reader may want to unfold. */
export function folded(summary: string, content: Content): Markup {
  return markup`<details><summary>${summary}</summary>${content}</details>`;
}

/** A table whose first columns, `names` of them, are names; the others are numbers. */
export function table(
  caption: string,
  headings: readonly string[],
  rows: readonly (readonly Content[])[],
  names = 1,
): Markup {
  const kind = (column: number) => column < names ? "text" : "number";
  const heads = headings.map((heading, column) =>
    markup`<th scope="col" class="${kind(column)}">${heading}</th>`
  );
  const body = rows.map(([name, ...cells]) => {
    const rest = cells.map((cell, column) =>
      markup`<td class="${kind(column + 1)}">${cell}</td>`
    );
    return markup`<tr><th scope="row" class="text">${name}</th>${rest}</tr>`;
  });
  return scrolling(
    caption,
    markup`<table><caption>${caption}</caption><thead><tr>${heads}</tr></thead><tbody>${body}</tbody></table>`,
  );
}

/** Content that may be wider than the page, which the keyboard scrolls too. */
function scrolling(name: string, content: Markup): Markup {
  return markup`<div class="scroll" role="region" aria-label="${name}" tabindex="0">${content}</div>`;
}

/** One number to see first. */
export interface Headline {
  readonly value: string;
  readonly name: string;
  /** A line each. */
  readonly notes: readonly string[];
}

/** The numbers to see first, side by side. */
export function headlines(entries: readonly Headline[]): Markup {
  const tiles = entries.map(({ value, name, notes }) =>
    markup`<div><dt>${name}</dt><dd><strong>${value}</strong>${
      notes.map((note) => markup` <span>${note}</span>`)
    }</dd></div>`
  );
  const columns = entries.length % 4 === 0 ? 4 : 3;
  return markup`<dl class="headlines of-${columns}">${tiles}</dl>`;
}

/** Names and what they stand for. */
export function definitions(
  entries: readonly (readonly [name: string, meaning: Content])[],
): Markup {
  const rows = entries.map(([name, meaning]) =>
    markup`<div><dt>${name}</dt><dd>${meaning}</dd></div>`
  );
  return markup`<dl class="definitions">${rows}</dl>`;
}

function style(): Markup {
  const dark = `@media screen and (prefers-color-scheme:dark){:root{${
    variables(DARK)
  }}}`;
  const html = [
    `:root{color-scheme:light dark;${variables(LIGHT)}}`,
    dark,
    chartStyle((name) => `var(--${name})`),
    LAYOUT,
    PRINT,
  ].join("\n");
  return { html: `<style>${html}</style>` };
}

function variables(palette: Palette): string {
  return Object.entries(coloursOf(palette))
    .map(([name, value]) => `--${name}:${value}`).join(";");
}

const LAYOUT = `*{box-sizing:border-box}
body{margin:0 auto;max-width:1240px;padding:1.5rem clamp(1rem,3vw,2.5rem) 4rem;background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,sans-serif}
h1{font-size:clamp(1.7rem,5vw,2.6rem);line-height:1.15;letter-spacing:-.02em;text-wrap:balance;overflow-wrap:anywhere;margin:0 0 .5rem}
h2{font-size:1.1rem;margin:0 0 .75rem}
h3{font-size:1rem;margin:1.5rem 0 .5rem}
p,ul{max-width:72ch;margin:0 0 12px}
.brand{font-weight:700;color:var(--series-1);margin:0 0 .25rem}
header ul{padding-left:20px}
a{color:var(--series-1)}
:focus-visible{outline:3px solid var(--series-1);outline-offset:2px}
code{font:13px ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;overflow-wrap:anywhere}
.warning{border-left:4px solid var(--series-2);padding-left:12px}
nav ul{list-style:none;max-width:none;display:flex;flex-wrap:wrap;gap:4px 18px;margin:1rem 0;padding:0}
section,.headlines div{background:var(--surface);border:1px solid var(--grid);border-radius:14px}
section{padding:1.25rem;margin:0 0 1.25rem}
section>:last-child{margin-bottom:0}
.headlines{display:grid;gap:1.25rem;margin:1.25rem 0 0}
.of-3{grid-template-columns:repeat(3,1fr)}
.of-4{grid-template-columns:repeat(4,1fr)}
.headlines div{padding:1rem 1.25rem}
.headlines dt{color:var(--muted);font-size:.9rem;overflow-wrap:anywhere}
.headlines dd{margin:0}
.headlines strong{display:block;font-size:26px;line-height:1.3}
.headlines span{display:block;color:var(--muted);font-size:13px;line-height:1.4}
.charts{margin-top:20px;display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,420px),1fr));gap:28px 32px;align-items:start}
.charts.small{grid-template-columns:repeat(auto-fit,minmax(min(100%,300px),1fr))}
figure{margin:20px 0;min-width:0}
.charts figure{margin:0}
.charts .chart{width:100%}
.charts .wide .chart{width:auto}
.scroll{overflow-x:auto;background:linear-gradient(90deg,var(--surface) 40%,transparent) local,linear-gradient(270deg,var(--surface) 40%,transparent) 100% 0 local,linear-gradient(90deg,var(--grid),transparent),linear-gradient(270deg,var(--grid),transparent) 100% 0;background-repeat:no-repeat;background-size:40px 100%,40px 100%,12px 100%,12px 100%}
.chart{display:block;max-width:100%;height:auto}
.wide .chart{max-width:none}
figcaption{color:var(--muted);font-size:14px;max-width:72ch;margin-top:6px}
details{margin-top:6px;font-size:14px}
summary{color:var(--series-1);cursor:pointer;width:fit-content}
table{border-collapse:collapse;font-size:14px;font-variant-numeric:tabular-nums}
caption{text-align:left;color:var(--muted);padding:6px 0}
th,td{padding:4px 18px 4px 0;border-bottom:1px solid var(--grid)}
thead th{color:var(--muted);font-weight:500;vertical-align:bottom}
.text{text-align:left;min-width:14ch;overflow-wrap:anywhere}
.number{text-align:right}
td.number{white-space:nowrap}
tbody th{font-weight:500}
.definitions{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,440px),1fr));gap:0 32px;margin:0 0 12px;font-size:15px}
.definitions div{display:grid;grid-template-columns:140px minmax(0,1fr);gap:12px;padding:6px 0;border-bottom:1px solid var(--grid)}
.definitions dt{color:var(--muted)}
.definitions dd{margin:0;overflow-wrap:anywhere}
.mistakes{list-style:none;margin:0;padding:0;display:grid;grid-template-columns:repeat(auto-fill,minmax(150px,1fr));gap:16px}
.mistakes li{border:1px solid var(--grid);border-radius:10px;overflow:hidden;font-size:13px;line-height:1.4}
.mistakes img{display:block;width:100%;aspect-ratio:1;object-fit:contain;background:var(--grid)}
.mistakes p{margin:0;padding:8px 10px 10px;overflow-wrap:anywhere}
.mistakes b{font-weight:600}
.mistakes small{color:var(--muted);font-size:12px}
@media (max-width:640px){section{padding:1rem}.headlines{grid-template-columns:minmax(0,1fr) minmax(0,1fr);gap:.75rem}.headlines div{padding:.75rem 1rem}.headlines strong{font-size:21px}.definitions div{grid-template-columns:110px minmax(0,1fr)}}`;

const PRINT = `@media print{
@page{margin:14mm}
body{max-width:none;padding:0;background:none;font-size:10.5pt}
section{background:none;border:0;padding:0;margin:0 0 8mm}
nav,details{display:none}
h2,h3,caption,section>p{break-after:avoid}
p,li,table,tr,figure,.headlines div,.definitions div{break-inside:avoid}
.scroll{overflow:visible;background:none}
.chart,.wide .chart{max-width:100%}
.charts{grid-template-columns:repeat(2,minmax(0,1fr));gap:16px 20px}
.charts.small{grid-template-columns:repeat(3,minmax(0,1fr))}
.wide .chart{max-height:200mm;width:auto}
.definitions{grid-template-columns:repeat(2,minmax(0,1fr))}
.definitions div{grid-template-columns:28mm minmax(0,1fr)}
.mistakes{grid-template-columns:repeat(6,1fr);gap:8px}
table{font-size:9pt}
th,td{padding:2px 10px 2px 0}
td.number{white-space:normal}
*{print-color-adjust:exact;-webkit-print-color-adjust:exact}
}`;
