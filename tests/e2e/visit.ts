/**
 * A visit to the page of a running server, in Chromium: prints as JSON what was
 * seen. It is a program of its own because it needs more permissions than tests.
 *
 *     deno run -A tests/e2e/visit.ts CHROMIUM URL KEY IMAGE LABEL [FOLDER]
 *
 * It corrects IMAGE to LABEL, an item that is not the model's first answer. With a
 * folder, images of the page are left there.
 *
 * @module
 */

/// <reference lib="dom" />

import type { Page } from "puppeteer-core";
import {
  drop,
  type Faults,
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
  image = "",
  label = "",
  folder = "",
] = Deno.args;

/** What the page shows. */
export interface Seen {
  readonly status: string;
  /** Whether it asks for an image where one would be shown. */
  readonly invites: boolean;
  readonly outcome: string;
  readonly past: string;
  /** What the dialog for a new class says. */
  readonly dialog: string;
  /** Of the item head, each bar's label and probability. */
  readonly bars: readonly (readonly string[])[];
  /** Whether a click on a bar would teach. */
  readonly teaches: boolean;
  /** Titles of the versions, newest first. */
  readonly versions: readonly string[];
}

/** What a visit saw, step by step, and what it must not have seen. */
export interface Visit {
  readonly steps: Readonly<Record<string, Seen>>;
  readonly faults: Faults;
}

const steps: Record<string, Seen> = {};
const faults = await visit({ chromium, url, folder }, showAndTeach);
console.log(JSON.stringify({ steps, faults } satisfies Visit));

async function showAndTeach({ page, judge }: Visitor) {
  const look = async (step: string) => {
    steps[step] = await seen(page);
    await judge(step);
  };
  await page.waitForSelector("#versions li");
  await look("start");
  const bytes = new TextEncoder().encode("not an image");
  await drop(page, [{ bytes, name: "text.txt" }]);
  await settled(page);
  await look("text");
  const heic = new TextEncoder().encode("\0\0\0\x10ftypheic\0\0\0\0");
  await drop(page, [{ bytes: heic, name: "phone.jpg" }]);
  await settled(page);
  await look("phone");
  const zeros = { bytes: new Uint8Array(1024), times: 11 * 1024 };
  await drop(page, [{ ...zeros, name: "large.jpg" }]);
  await settled(page);
  await look("large");
  await drop(page, [{ bytes: await Deno.readFile(image), name: HOSTILE }]);
  await page.waitForSelector(".head");
  await settled(page);
  await look("before");
  await teach(page, label);
  await giveKey(page, key);
  await page.waitForSelector("#undo");
  await settled(page);
  await look("taught");
  await press(page, '[aria-label="Look through version 0"]');
  await settled(page);
  await look("past");
  await press(page, "#present");
  await settled(page);
  await look("present");
  await press(page, '[aria-label="Go back to version 0"]');
  await page.waitForFunction(() =>
    document.querySelector("#outcome h3")?.textContent?.startsWith("Back")
  );
  await settled(page);
  await look("undone");
  await otherWriter();
  await teach(page, label);
  await settled(page);
  await look("raced");
  await press(page, '[data-sample="amazon-scissors-2.jpg"]');
  await page.waitForSelector('#preview[alt="The drawing"]');
  await settled(page);
  await teach(page, "mug");
  await settled(page);
  await look("refused");
  await addClass(page, look);
  await look("class");
  await press(page, '[aria-label="Go back to version 3"]');
  await page.waitForSelector("#undo", { hidden: true });
  await settled(page);
  await page.setOfflineMode(true);
  await press(page, '[data-sample="amazon-mug-2.jpg"]');
  await page.waitForSelector('#status[data-kind="offline"]');
  await look("offline");
  await page.setOfflineMode(false);
  await page.waitForSelector("#status", { hidden: true });
  await look("online");
}

/** Searches for a label of the item head, goes to the bar before the search, and presses Enter. */
async function teach(page: Page, label: string) {
  const field = 'section[aria-label="item"] input';
  await page.waitForSelector(field);
  await page.type(field, label);
  await page.keyboard.down("Shift");
  await page.keyboard.press("Tab");
  await page.keyboard.up("Shift");
  await page.keyboard.press("Enter");
}

/**
 * Takes three shots of what the camera shows, by keyboard, drops a file beside them,
 * and teaches them, under a name that is taken and then under a hostile one.
 */
async function addClass(page: Page, look: (step: string) => Promise<void>) {
  await press(page, "#new-class");
  await page.waitForSelector("#class-dialog[open]");
  await page.keyboard.type("mug");
  await page.keyboard.press("Enter");
  await page.waitForSelector("#class-trouble:not([hidden])");
  await look("empty");
  await press(page, "#class-shoot", "Space");
  await page.waitForSelector("#class-video:not([hidden])");
  for (let shot = 1; shot <= 3; shot++) {
    await page.keyboard.press("Space");
    await page.waitForSelector(`#shots li:nth-child(${shot})`);
  }
  await drop(page, [{ bytes: await Deno.readFile(image), name: HOSTILE }]);
  await page.waitForSelector("#shots li:nth-child(4)");
  await press(page, "#shots li:first-child button", "Space");
  await page.waitForSelector("#shots li:nth-child(4)", { hidden: true });
  await press(page, "#class-name");
  await page.waitForFunction(() =>
    document.getElementById("class-trouble")!.textContent!.includes("mug")
  );
  await look("taken");
  await page.focus("#class-name");
  for (const _ of "mug") await page.keyboard.press("Backspace");
  await page.keyboard.type(HOSTILE);
  const notes = new TextEncoder().encode("not an image");
  await drop(page, [{ bytes: notes, name: "notes.jpg" }]);
  await page.waitForSelector("#shots li:nth-child(4)");
  await page.keyboard.press("Enter");
  await page.waitForFunction(() =>
    document.getElementById("class-trouble")!.textContent!.includes("notes")
  );
  await look("no image");
  await press(page, "#shots li:last-child button", "Space");
  await page.waitForSelector("#shots li:nth-child(4)", { hidden: true });
  await press(page, "#class-name");
  await page.waitForSelector("#undo");
  await settled(page);
}

/** Goes back to version 1 behind the page's back. */
async function otherWriter() {
  const response = await fetch(`${url}/rollback`, {
    method: "POST",
    body: JSON.stringify({ version: 1 }),
    headers: {
      "Content-Type": "application/json",
      Authorization: `Bearer ${key}`,
    },
  });
  if (!response.ok) throw new Error(await response.text());
  await response.body?.cancel();
}

async function seen(page: Page): Promise<Seen> {
  const item = 'section[aria-label="item"] .bar';
  const names = await textsOf(page, `${item} .name`);
  const shares = await textsOf(page, `${item} .share`);
  return {
    status: await textOf(page, "#status-text"),
    invites: await page.$("#invitation:not([hidden])") !== null,
    outcome: await textOf(page, "#outcome"),
    past: await textOf(page, "#past"),
    dialog: await textOf(page, "#class-trouble"),
    bars: names.map((name, i) => [name, shares[i] ?? ""]),
    teaches: await page.$("button.bar") !== null,
    versions: await textsOf(page, "#versions .title"),
  };
}
