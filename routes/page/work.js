// @ts-check
/// <reference lib="dom" />
/** One thing at a time: what is under way, what went wrong, and another try. @module */

import { byId } from "./elements.js";
import { Trouble } from "./server.js";

/** Troubles that pass: the same may work in a moment. */
const PASSING = ["offline", "later"];
const OFFLINE = "You are offline. Try again when the connection is back.";

const main = byId("main", HTMLElement);
const status = byId("status", HTMLElement);
const text = byId("status-text", HTMLElement);
const retry = byId("retry", HTMLButtonElement);

let busy = false;
/** Resolves when nothing is under way. */
let idle = Promise.resolve();
/** @type {(() => Promise<void> | void)[]} */
const views = [];

/**
 * Has something shown anew whenever the model has changed.
 *
 * @param {() => Promise<void> | void} show
 */
export function whenChanged(show) {
  views.push(show);
}

/** Shows everything anew that the model has a say in. */
export async function showAnew() {
  for (const show of views) await show();
}

/**
 * Does one thing at a time, says what it is, and what went wrong. What is asked for
 * meanwhile is not done.
 *
 * @param {string} doing
 * @param {() => Promise<void>} work may be done again where the trouble passes
 */
export function run(doing, work) {
  if (busy) return idle;
  idle = doNow(doing, work);
  return idle;
}

/**
 * Does one thing, as {@linkcode run} does, when what is under way is done.
 *
 * @param {string} doing
 * @param {() => Promise<void>} work
 */
export async function runNext(doing, work) {
  await idle;
  await run(doing, work);
}

/**
 * @param {string} doing
 * @param {() => Promise<void>} work
 */
async function doNow(doing, work) {
  busy = true;
  tell(doing, "busy");
  main.setAttribute("aria-busy", "true");
  try {
    await work();
    tell("", "");
  } catch (error) {
    await complain(error, () => run(doing, work));
  } finally {
    busy = false;
    main.removeAttribute("aria-busy");
  }
}

/**
 * Says something in the status line, or clears it.
 *
 * @param {string} message
 * @param {string} kind
 */
export function tell(message, kind) {
  status.dataset.kind = kind;
  status.hidden = message === "";
  text.textContent = message;
  retry.hidden = true;
}

/**
 * Says what went wrong. Where somebody else was first, shows what there is now.
 *
 * @param {unknown} error
 * @param {() => void} [again] does the same again
 */
export async function complain(error, again) {
  if (!(error instanceof Trouble)) {
    console.error(error);
    tell("Something went wrong on this page. Reload it.", "other");
    return;
  }
  const { message, kind } = error;
  if (kind !== "raced") {
    tell(inWords(error), kind);
    if (again !== undefined && PASSING.includes(kind)) offer(again);
    return;
  }
  try {
    await showAnew();
    tell(`${message} That was not done. Here is what it says now.`, kind);
  } catch {
    tell(`${message} That was not done.`, kind);
  }
}

/**
 * What went wrong, with what the server said of it.
 *
 * @param {Trouble} trouble
 */
export function inWords({ message, detail }) {
  return detail === "" ? message : `${message} ${detail}`;
}

/** @param {() => void} again */
function offer(again) {
  retry.hidden = false;
  retry.onclick = again;
}

addEventListener("offline", () => {
  if (!busy) tell(OFFLINE, "offline");
});
addEventListener("online", () => {
  if (status.dataset.kind === "offline" && retry.hidden) tell("", "");
});
