/** What every page that we write has to be. @module */

import { assert, assertEquals, assertMatch } from "@std/assert";

const TAG = /<(\/?)([a-zA-Z]+\d?)((?:\s+[\w:-]+="[^"<>]*")*)\s*\/?>/g;
const NEVER_CLOSED = new Set(["meta", "br", "img"]);
const CLOSED_AT_ONCE = new Set(["path", "rect", "circle", "ellipse"]);

/** The page without its style sheet. */
function contentOf(html: string): string {
  return html.replace(/<style>[^<]*<\/style>/, "")
    .replace("<!DOCTYPE html>", "");
}

/** Fails where elements are not closed in order, or where text looks like an element. */
export function assertWellFormed(html: string): void {
  assert(html.startsWith("<!DOCTYPE html>\n"));
  const open: string[] = [];
  for (const [, slash, name] of contentOf(html).matchAll(TAG)) {
    if (slash === "/") assertEquals(open.pop(), name);
    else if (!NEVER_CLOSED.has(name!) && !CLOSED_AT_ONCE.has(name!)) {
      open.push(name!);
    }
  }
  assertEquals(open, []);
  assertEquals(contentOf(html).replace(TAG, "").match(/[<>]/g), null);
  assertEquals(html.match(/NaN|Infinity|undefined|\[object/g), null);
}

/** Fails where the page could run a script or fetch something. */
export function assertSelfContained(html: string): void {
  const names = Array.from(
    contentOf(html).matchAll(TAG),
    ([, , name]) => name!,
  );
  for (const element of ["script", "link", "iframe", "object", "image"]) {
    assert(!names.includes(element), element);
  }
  assertEquals(html.match(/\son\w+="/g), null);
  for (const [, address] of html.matchAll(/(?:src|href)="([^"]*)"/g)) {
    assertMatch(
      address!,
      /^(#[a-z][a-z\d-]*|data:image\/png;base64,[\w+/=]+)$/,
    );
  }
  assertEquals(html.match(/url\(|@import/g), null);
  assert(html.includes("default-src &#39;none&#39;"));
}

/** Fails where a chart does not say what it shows, or draws outside of its drawing. */
export function assertChartsFit(html: string): void {
  const charts = html.split('<svg class="chart" ').slice(1);
  assert(charts.length >= 4, `${charts.length} charts`);
  for (const chart of charts) {
    const [svg] = chart.split("</figure>") as [string];
    assertMatch(svg, /role="img"><title>[^<]+<\/title><desc>[^<]+<\/desc>/);
    const [, width, height] = svg.match(/viewBox="0 0 (\S+) (\S+)"/)!;
    const inPlace = svg.replace(/<g transform.*?<\/g>/g, "");
    for (const [, x, y] of inPlace.matchAll(/ x="([^"]+)" y="([^"]+)"/g)) {
      assert(Number(x) >= 0 && Number(x) <= Number(width), `x ${x}`);
      assert(Number(y) >= 0 && Number(y) <= Number(height), `y ${y}`);
    }
  }
}
