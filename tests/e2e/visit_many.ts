/**
 * A visit with many images, by keyboard: prints as JSON what was seen. It is a
 * program of its own because it needs more permissions than tests.
 *
 *     deno run -A tests/e2e/visit_many.ts CHROMIUM URL KEY IMAGES DOWNLOADS [FOLDER]
 *
 * The server's model is that of kinds.ts. What is downloaded is left in DOWNLOADS;
 * with a folder, images of the page are left there.
 *
 * @module
 */

/// <reference lib="dom" />

import type { Page } from "puppeteer-core";
import {
  drop,
  type Faults,
  fileInput,
  giveKey,
  HOSTILE,
  press,
  settled,
  textOf,
  textsOf,
  visit,
  type Visitor,
} from "./browser.ts";

const [
  chromium = "",
  url = "",
  key = "",
  images = "",
  downloads = "",
  folder = "",
] = Deno.args;

/** What a visit saw. */
export interface ManyVisit {
  /** Of every image in a state: its text. */
  readonly tiles: Readonly<Record<string, readonly string[]>>;
  /** Where keys led the focus: the place of a tile, from 0. */
  readonly places: Readonly<Record<string, number>>;
  readonly columns: number;
  /** Labels that were found for some letters. */
  readonly found: readonly string[];
  /** Text of the button that teaches. */
  readonly button: string;
  readonly summary: string;
  /** Whether labels can be taught while an old version is looked through. */
  readonly pastTeaches: boolean;
  /** Name of the image that was looked at closer. */
  readonly closer: string;
  readonly gathered: string;
  readonly command: string;
  readonly versions: readonly string[];
  readonly faults: Faults;
}

const tiles: Record<string, readonly string[]> = {};
const places: Record<string, number> = {};
let seen: Partial<ManyVisit> = {};
const faults = await visit({ chromium, url, folder }, label);
console.log(JSON.stringify({ ...seen, tiles, places, faults }));

async function label(visitor: Visitor) {
  const { page } = visitor;
  const note = async (state: string) => {
    tiles[state] = await textsOf(page, ".tile");
    await visitor.judge(state);
  };
  const files = [...Deno.readDirSync(images)].map(({ name }) => name).sort();
  const input = await fileInput(page, "#file");
  await input.uploadFile(...files.map((name) => `${images}/${name}`));
  await settled(page);
  await note("many");
  await walk(page);

  await page.keyboard.press("Home");
  await page.keyboard.type("ru");
  seen = { ...seen, found: await textsOf(page, "#choices .name") };
  await note("chooser");
  await page.keyboard.press("Escape");
  places.escape = await placeOf(page);
  await page.keyboard.type("mu");
  await page.keyboard.press("Enter");
  places.chosen = await placeOf(page);
  await page.keyboard.type("SPONGE");
  for (
    const name of [
      "Enter",
      "Enter",
      "ArrowDown",
      "Enter",
      "ArrowLeft",
      "Delete",
    ] as const
  ) {
    await page.keyboard.press(name);
  }
  await page.select("#many-head", "width");
  await page.focus("#tiles li:nth-child(4) .tile");
  await page.keyboard.type("12,5");
  await page.keyboard.press("Enter");
  await note("labelled");
  seen = { ...seen, button: await textOf(page, "#many-teach") };

  await page.keyboard.down("Control");
  await page.keyboard.press("Enter");
  await page.keyboard.up("Control");
  await giveKey(page, key);
  await page.waitForSelector("#undo-all");
  await settled(page);
  seen = { ...seen, summary: await textOf(page, "#many-outcome") };
  await page.select("#many-head", "thing");
  await note("taught");

  await lookCloser(page);
  await download(page);
  await press(page, "#undo-all");
  await page.waitForSelector("#undo-all", { hidden: true });
  await settled(page);
  await note("undone");

  await press(page, '[aria-label="Look through version 1"]');
  await settled(page);
  await page.focus("#tiles li:first-child .tile");
  await page.keyboard.type("mu");
  await page.keyboard.press("Enter");
  const enabled = await page.$("#many-teach:enabled") !== null;
  await note("past");
  await press(page, "#present");
  await settled(page);
  seen = { ...seen, pastTeaches: enabled };

  const [first = ""] = files;
  const bytes = await Deno.readFile(`${images}/${first}`);
  const pasted = [HOSTILE, "again.jpg"].map((name) => ({ name, bytes }));
  await drop(page, pasted, "paste");
  await drop(page, pasted); // while those are asked about
  await settled(page);
  await note("pasted");
  seen = { ...seen, versions: await textsOf(page, "#versions .title") };
}

/** Notes where arrows, Home and End lead. */
async function walk(page: Page) {
  const columns = await page.evaluate(() => {
    const tops = [...document.querySelectorAll(".tile")].map((tile) =>
      tile.getBoundingClientRect().top
    );
    return tops.filter((top) => top === tops[0]).length;
  });
  seen = { ...seen, columns };
  places.start = await placeOf(page);
  for (
    const key of [
      "ArrowRight",
      "ArrowDown",
      "ArrowLeft",
      "End",
      "ArrowRight",
      "ArrowUp",
      "Home",
    ] as const
  ) {
    await page.keyboard.press(key);
    places[`${Object.keys(places).length} ${key}`] = await placeOf(page);
  }
}

/** The place of the tile that has the focus; -1 where none has. */
function placeOf(page: Page): Promise<number> {
  return page.evaluate(() =>
    [...document.querySelectorAll(".tile")].indexOf(document.activeElement!)
  );
}

async function lookCloser(page: Page) {
  await page.focus("#tiles li:nth-child(2) .tile");
  for (const key of ["Enter", "Tab", "Enter"] as const) {
    await page.keyboard.press(key);
  }
  await page.waitForSelector(".head");
  await settled(page);
  seen = { ...seen, closer: await textOf(page, "#file-name") };
}

/** Has the labels downloaded, and waits until they are. */
async function download(page: Page) {
  const session = await page.createCDPSession();
  await session.send("Browser.setDownloadBehavior", {
    behavior: "allow",
    downloadPath: downloads,
    eventsEnabled: true,
  });
  const { promise, resolve } = Promise.withResolvers<void>();
  session.on("Browser.downloadProgress", ({ state }) => {
    if (state === "completed") resolve();
  });
  await press(page, "#download");
  await promise;
  seen = {
    ...seen,
    gathered: await textOf(page, "#gathered-text"),
    command: await textOf(page, "#gathered-command"),
  };
}
