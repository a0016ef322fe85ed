/**
 * A look at pages that are files, in Chromium, with all that can be unfolded: prints
 * as JSON what was seen of each.
 * It is a program of its own because it needs more permissions than tests.
 *
 *     deno run -A tests/e2e/look.ts CHROMIUM FILE.html…
 *
 * @module
 */

/// <reference lib="dom" />

import { pathToFileURL } from "node:url";
import axe from "axe-core";
import puppeteer, { type Page } from "puppeteer-core";

/** A telephone's width. */
const NARROW = 390;

/** What was seen of a page. */
export interface Look {
  /** Pixels by which the page is too wide for a window of 390. */
  readonly overflow: number;
  /** Names of the regions that are scrolled there. */
  readonly scrolled: readonly string[];
  /** Of these, the ones that the arrow keys do not scroll. */
  readonly stuck: readonly string[];
  /** What axe-core finds wrong, in light and in dark. */
  readonly violations: readonly string[];
  /** Kinds of elements that printed pages may cut. */
  readonly cut: readonly string[];
  readonly errors: readonly string[];
}

const [executablePath = "", ...files] = Deno.args;
const browser = await puppeteer.launch({
  executablePath,
  // Containers run it as root, for whom there is no sandbox; it sees our own pages.
  args: ["--no-sandbox"],
});
try {
  const looks: Look[] = [];
  for (const file of files) looks.push(await look(file));
  console.log(JSON.stringify(looks));
} finally {
  await browser.close();
}

async function look(file: string): Promise<Look> {
  const page = await browser.newPage();
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error") errors.push(message.text());
  });
  await page.setViewport({ width: NARROW, height: 800 });
  await page.goto(pathToFileURL(file).href);
  await page.evaluate(() => {
    for (const each of document.querySelectorAll("details")) each.open = true;
  });
  const seen = {
    overflow: await page.evaluate(() =>
      document.documentElement.scrollWidth - innerWidth
    ),
    ...await scroll(page),
    violations: [
      ...await judge(page, "light"),
      ...await judge(page, "dark"),
    ],
    cut: await print(page),
    errors,
  };
  await page.close();
  return seen;
}

/** Scrolls every region that is wider than the page to its end, by the keyboard. */
async function scroll(
  page: Page,
): Promise<Pick<Look, "scrolled" | "stuck">> {
  const scrolled: string[] = [];
  const stuck: string[] = [];
  for (const region of await page.$$("[role=region]")) {
    const [name, whole] = await region.evaluate((element) =>
      [
        element.getAttribute("aria-label") ?? "",
        element.scrollWidth <= element.clientWidth,
      ] as const
    );
    if (whole) continue;
    scrolled.push(name);
    await region.focus();
    await page.keyboard.press("ArrowRight");
    const moved = page.waitForFunction(
      (element) => element.scrollLeft > 0,
      { timeout: 5000 },
      region,
    );
    await moved.catch(() => stuck.push(name));
  }
  return { scrolled, stuck };
}

async function judge(page: Page, scheme: string): Promise<string[]> {
  await page.emulateMediaFeatures([
    { name: "prefers-color-scheme", value: scheme },
  ]);
  await page.evaluate(axe.source);
  const found = await page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: typeof import("axe-core");
    };
    const { violations } = await axe.run();
    return violations.flatMap(({ id, nodes }) =>
      nodes.map(({ target }) => `${id}: ${target}`)
    );
  });
  return found.map((each) => `${scheme}, ${each}`);
}

async function print(page: Page): Promise<string[]> {
  await page.emulateMediaType("print");
  return await page.evaluate(() =>
    ["figure", "tr", "li", "p"].filter((name) =>
      [...document.querySelectorAll(name)].some((element) =>
        getComputedStyle(element).breakInside !== "avoid"
      )
    )
  );
}
