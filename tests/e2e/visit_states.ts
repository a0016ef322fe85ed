/**
 * A visit to servers that do not do what is asked of them at once: prints as JSON
 * what was seen. It is a program of its own because it needs more permissions than
 * tests.
 *
 *     deno run -A tests/e2e/visit_states.ts CHROMIUM MODEL STORE [FOLDER]
 *
 * MODEL is the file of kinds.ts's model, STORE where a Deno KV file may be. With a
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
  press,
  settled,
  textOf,
  textsOf,
  visit,
  type Visitor,
} from "./browser.ts";
import { drawings, HOSTILE_LABEL, largePhotograph } from "./kinds.ts";
import { startServer } from "./server.ts";

const [chromium = "", model = "", store = "", folder = ""] = Deno.args;
const KEYS = { PREDICT_KEY: "look", FINETUNE_KEY: "teach", ADMIN_KEY: "admin" };
/** Bytes of a body: less than large photographs have. */
const BODY = 1_000_000;
/** Requests that a key may make in a minute of the server that counts. */
const BUDGET = 5;
const [[, IMAGE]] = drawings() as [[string, Uint8Array]];

/** What the page shows in a state. */
export interface State {
  readonly status: string;
  /** Whether another try is offered. */
  readonly retry: boolean;
  /** Why a key is asked for; empty where none is. */
  readonly reason: string;
  readonly history: string;
  readonly outcome: string;
  readonly versions: readonly string[];
  /** Texts of the heads, by their names. */
  readonly heads: Readonly<Record<string, string>>;
  /** Which end of the switch is the model's answer. */
  readonly switched: string;
}

/** What the visits saw. */
export interface StatesVisit {
  readonly states: Readonly<Record<string, State>>;
  /** Of each server that was visited. */
  readonly faults: readonly Faults[];
}

const states: Record<string, State> = {};
let server = await start("0");
try {
  const seen = { chromium, url: server.url, folder };
  const withKeys = await visit(seen, giveKeys);
  await server.stop();
  server = await start("0", { KEY_REQUESTS_PER_MINUTE: String(BUDGET) });
  const counted = await visit({ ...seen, url: server.url }, useUp);
  const faults = [withKeys, counted];
  console.log(JSON.stringify({ states, faults } satisfies StatesVisit));
} finally {
  await server.stop();
}

function start(port: string, env: Record<string, string> = {}) {
  return startServer(["run", "-A", "routes/start.ts"], {
    HOST: "127.0.0.1",
    PORT: port,
    STORE: store,
    MODEL: model,
    MAX_BODY_BYTES: String(BODY),
    ...KEYS,
    ...env,
  });
}

/** Needs one key to predict and another to teach, and teaches heads of each kind. */
async function giveKeys(visitor: Visitor) {
  const { page } = visitor;
  const note = (state: string) => look(state, visitor);
  await closed(page);
  await note("closed");
  await show(page);
  await page.waitForSelector("#key-dialog[open]");
  await note("asked");
  await page.keyboard.press("Escape");
  await settled(page);
  await note("no key");
  await show(page);
  await giveKey(page, "unknown");
  await page.waitForFunction(() =>
    document.getElementById("key-reason")?.textContent?.includes("not know")
  );
  await note("wrong key");
  await giveKey(page, KEYS.PREDICT_KEY);
  await page.waitForSelector("#versions li");
  await settled(page);
  await note("predicted");

  const [no, yes] = ["first-of-type", "last-of-type"].map((which) =>
    `[aria-label="worn"] .switch button:${which}`
  ) as [string, string];
  const other = (await switchedTo(page)) === "yes" ? no : yes;
  await press(page, other, "Space");
  await page.waitForSelector("#key-dialog[open]");
  await note("lower key");
  await giveKey(page, KEYS.ADMIN_KEY);
  await taught(page);
  await note("switched");
  await page.type('[aria-label="width"] input', "31");
  await page.keyboard.press("Enter");
  await taught(page);
  await note("number");
  await page.type('[aria-label="thing"] input', HOSTILE_LABEL);
  await page.keyboard.down("Shift");
  await page.keyboard.press("Tab");
  await page.keyboard.up("Shift");
  await page.keyboard.press("Enter");
  await taught(page);
  await note("hostile");

  await page.type('[aria-label="thing"] input', "tea pot");
  await press(page, '[aria-label="thing"] .bars button');
  await page.waitForSelector("#class-dialog[open]");
  await drop(page, [{ name: "large.jpg", bytes: largePhotograph() }]);
  await page.waitForSelector("#shots li:nth-child(2)");
  await press(page, "#class-name");
  await page.waitForSelector("#class-dialog", { hidden: true });
  await taught(page);
  await note("new class");

  const { port } = new URL(server.url);
  await server.stop();
  await press(page, other === yes ? no : yes);
  await settled(page);
  await note("stopped");
  server = await start(port);
  await press(page, "#retry");
  await taught(page);
  await note("back");
}

/** Waits until the page has found that it may not list the versions. */
async function closed(page: Page) {
  await page.waitForFunction(() =>
    document.getElementById("history-note")!.textContent!.includes("key")
  );
}

/** Makes more requests than the key may. */
async function useUp(visitor: Visitor) {
  const { page } = visitor;
  await closed(page);
  await show(page);
  await giveKey(page, KEYS.PREDICT_KEY);
  await page.waitForSelector("#versions li");
  await settled(page);
  for (let n = 0; n < BUDGET; n++) {
    await show(page);
    await settled(page);
  }
  await look("limited", visitor);
}

async function show(page: Page) {
  await drop(page, [{ name: "bike.jpg", bytes: IMAGE }]);
}

/** Waits until a label was taught, whatever came of it. */
async function taught(page: Page) {
  await page.waitForSelector("#outcome:not([hidden])");
  await settled(page);
  await page.waitForSelector("#outcome:not([hidden])");
}

function switchedTo(page: Page): Promise<string> {
  return page.evaluate(() =>
    document.querySelector('[aria-pressed="true"]')?.firstChild?.textContent ??
      ""
  );
}

async function look(state: string, { page, judge }: Visitor) {
  const names = await textsOf(page, ".head h3");
  const texts = await textsOf(page, ".head");
  states[state] = {
    status: await textOf(page, "#status-text"),
    retry: await textOf(page, "#retry") !== "",
    reason: await textOf(page, "#key-reason"),
    history: await textOf(page, "#history-note"),
    outcome: await textOf(page, "#outcome"),
    versions: await textsOf(page, "#versions .title"),
    heads: Object.fromEntries(names.map((name, i) => [name, texts[i] ?? ""])),
    switched: await switchedTo(page),
  };
  await judge(state);
}
