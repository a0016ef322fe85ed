// @ts-check
/// <reference lib="dom" />
/** The model's versions, newest first, and the way back to each. @module */

import { button, byId, make, say } from "./elements.js";
import { request } from "./server.js";
import { guardInWords } from "./words.js";

/**
 * @typedef {import("./words.js").BeforeAfter} BeforeAfter
 * @typedef {{
 *   version: number,
 *   parent: number | null,
 *   change: string,
 *   restored: number | null,
 *   createdAt: string | null,
 *   sha256: string,
 *   loss: BeforeAfter | null,
 *   guard: Parameters<typeof guardInWords>[0],
 *   tags: readonly string[],
 *   by?: string,
 * }} Version
 */

const PAGE = 20;

/** @type {Version[]} */
let versions = [];

/** The newest version that was told of. */
export function newest() {
  return versions[0];
}

/**
 * Asks for the newest versions and shows them.
 *
 * @param {(version: number) => void} onBack
 * @param {boolean} [mayAsk] whether a key may be asked for
 */
export async function loadTimeline(onBack, mayAsk = true) {
  const answer = await request(`versions?limit=${PAGE}`, {}, mayAsk);
  versions = answer.versions;
  show(onBack, answer.versions.length === PAGE);
}

/** @param {(version: number) => void} onBack */
async function loadOlder(onBack) {
  const last = versions.at(-1)?.version ?? 0;
  const answer = await request(`versions?limit=${PAGE}&before=${last}`);
  versions = [...versions, ...answer.versions];
  show(onBack, answer.versions.length === PAGE);
}

/**
 * @param {(version: number) => void} onBack
 * @param {boolean} older whether there may be more
 */
function show(onBack, older) {
  const list = byId("versions", HTMLOListElement);
  // Where the newest is damaged, the one before it is served.
  const served = versions.find(({ change }) => change !== "unreadable");
  list.replaceChildren(
    ...versions.map((version) => entry(version, version === served, onBack)),
  );
  const more = byId("more", HTMLButtonElement);
  more.hidden = !older;
  more.onclick = () => {
    loadOlder(onBack).catch((error) =>
      say(byId("history-note", HTMLElement), error.message)
    );
  };
  say(byId("history-note", HTMLElement), "");
}

/**
 * @param {Version} version
 * @param {boolean} current
 * @param {(version: number) => void} onBack
 */
function entry(version, current, onBack) {
  const { version: number, createdAt, loss, by, tags } = version;
  /** @type {HTMLElement[]} */
  const parts = [
    make(
      "p",
      { class: "title" },
      make("strong", {}, `Version ${number}`),
      ` ${changeInWords(version)}`,
    ),
    make("p", { class: "quiet" }, ...details(createdAt, by, tags)),
  ];
  if (loss !== null) parts.push(lossLine(loss));
  const seen = guardInWords(version.guard);
  if (seen !== "") parts.push(make("p", { class: "quiet" }, seen));
  if (current) parts.push(make("span", { class: "badge" }, "Serving now"));
  else if (version.change !== "unreadable") {
    const back = () => onBack(number);
    parts.push(
      button("Go back", back, {
        "aria-label": `Go back to version ${number}`,
      }),
    );
  }
  return make("li", current ? { class: "current" } : {}, ...parts);
}

/** @param {Version} version */
function changeInWords({ change, restored }) {
  /** @type {Readonly<Record<string, string>>} */
  const words = {
    base: "as it was trained",
    finetune: "was taught",
    labels: "has other labels",
    rollback: `is version ${restored} again`,
    import: "was brought in",
    unreadable: "cannot be read any more",
  };
  return words[change] ?? change;
}

/**
 * @param {string | null} createdAt
 * @param {string | undefined} by
 * @param {readonly string[]} tags
 */
function details(createdAt, by, tags) {
  /** @type {(string | Node)[]} */
  const parts = [];
  if (createdAt !== null) {
    const when = new Date(createdAt).toLocaleString([], {
      dateStyle: "medium",
      timeStyle: "short",
    });
    parts.push(make("time", { datetime: createdAt }, when));
  }
  if (by !== undefined) parts.push(parts.length > 0 ? ` by ${by}` : `By ${by}`);
  for (const tag of tags) parts.push(" ", make("span", { class: "tag" }, tag));
  return parts;
}

/**
 * The loss before and after as two bars, and in figures.
 *
 * @param {BeforeAfter} loss
 */
function lossLine({ before, after }) {
  const most = Math.max(before, after) || 1;
  const bars = [before, after].map((loss, i) => {
    const bar = make("span", { class: i === 0 ? "then" : "now" });
    bar.style.width = `${Math.max(2, loss / most * 100)}%`;
    return bar;
  });
  return make(
    "div",
    { class: "loss" },
    make("span", { class: "pair", "aria-hidden": "true" }, ...bars),
    make("span", {}, `loss ${before.toFixed(2)} → ${after.toFixed(2)}`),
  );
}
