/**
 * A visit that leaves pictures of the page for the README: prints as JSON what was
 * wrong with it. It is a program of its own because it needs more permissions than
 * tests.
 *
 *     deno run -A tests/e2e/visit_pictures.ts CHROMIUM URL KEY FOLDER
 *
 * The server's model is the shipped one; what is shown are built-in drawings, so
 * that anybody can make the same pictures.
 *
 * @module
 */

/// <reference lib="dom" />

import type { Page } from "puppeteer-core";
import { drop, giveKey, press, settled, visit } from "./browser.ts";
import { drawings } from "./kinds.ts";

const [chromium = "", url = "", key = "", folder = ""] = Deno.args;

const faults = await visit({ chromium, url, folder: "" }, async ({ page }) => {
  await page.emulateMediaFeatures([
    { name: "prefers-color-scheme", value: "light" },
  ]);
  await page.waitForSelector("#versions li");
  await correct(page);
  await page.evaluate(() => (document.activeElement as HTMLElement).blur());
  await shrink(page);
  await page.screenshot({ path: `${folder}/page.png` });
  await label(page);
  await shrink(page);
  const grid = await page.$("#many");
  await grid!.screenshot({ path: `${folder}/page-many.png` });
});
console.log(JSON.stringify(faults));

/** Gives the whole page a place on the screen, on a scale that keeps pictures small. */
async function shrink(page: Page) {
  const height = await page.evaluate(() =>
    document.documentElement.scrollHeight
  );
  await page.setViewport({ width: 1200, height, deviceScaleFactor: 0.75 });
}

/** Corrects the drawing of a mug. */
async function correct(page: Page) {
  await press(page, '[data-sample="amazon-mug-2.jpg"]');
  await page.waitForSelector(".head");
  await settled(page);
  await page.type('section[aria-label="item"] input', "mug");
  await press(page, 'section[aria-label="item"] .bar');
  await giveKey(page, key);
  await page.waitForSelector("#undo");
  await settled(page);
}

/** Labels two drawings of twelve, and looks for the label of the third. */
async function label(page: Page) {
  const files = drawings().map(([name, bytes]) => ({ name, bytes }));
  await drop(page, files);
  await settled(page);
  for (const { name } of files.slice(0, 2)) {
    await page.keyboard.type(name.slice(0, 2));
    await page.keyboard.press("Enter");
  }
  await page.keyboard.type("ca");
  await page.waitForSelector("#choices li");
}
