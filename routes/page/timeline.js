// @ts-check
/// <reference lib="dom" />
/** The model's versions, newest first, and the way back to each. @module */

import { button, byId, make, say } from "./elements.js";
import { pastVersion } from "./past.js";
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

/**
 * What a version's buttons do.
 * @typedef {{ goBack(version: number): void, look(version: number | undefined): void }} Buttons
 *
 * @type {Buttons}
 */
let buttons;

/** The newest version that was told of. */
export function newest() {
  return versions[0];
}

/**
 * Readies the timeline.
 *
 * @param {Buttons} what
 */
export function openTimeline(what) {
  buttons = what;
  byId("more", HTMLButtonElement).addEventListener("click", () => {
    loadOlder().catch((error) =>
      say(byId("history-note", HTMLElement), error.message)
    );
  });
}

/**
 * Asks for the newest versions and shows them.
 *
 * @param {boolean} [mayAsk] whether a key may be asked for
 */
export async function loadTimeline(mayAsk = true) {
  const answer = await request(`versions?limit=${PAGE}`, {}, mayAsk);
  versions = answer.versions;
  show(answer.versions.length === PAGE);
}

async function loadOlder() {
  const last = versions.at(-1)?.version ?? 0;
  const answer = await request(`versions?limit=${PAGE}&before=${last}`);
  versions = [...versions, ...answer.versions];
  show(answer.versions.length === PAGE);
}

/** The version that is served: where the newest is damaged, the one before it. */
export function served() {
  return versions.find(({ change }) => change !== "unreadable");
}

/** @param {boolean} older whether there may be more */
function show(older) {
  const list = byId("versions", HTMLOListElement);
  const current = served();
  list.replaceChildren(
    ...versions.map((version) => entry(version, version === current)),
  );
  byId("more", HTMLButtonElement).hidden = !older;
  say(byId("history-note", HTMLElement), "");
}

/**
 * @param {Version} version
 * @param {boolean} current
 */
function entry(version, current) {
  const { createdAt, loss, by, tags } = version;
  /** @type {HTMLElement[]} */
  const parts = [
    make(
      "p",
      { class: "title" },
      make("strong", {}, `Version ${version.version}`),
      ` ${changeInWords(version)}`,
    ),
    make("p", { class: "quiet" }, ...details(createdAt, by, tags)),
  ];
  if (loss !== null) parts.push(lossLine(loss));
  const seen = guardInWords(version.guard);
  if (seen !== "") parts.push(make("p", { class: "quiet" }, seen));
  if (current) {
    parts.push(make("span", { class: "badge" }, "Serving now"));
  }
  if (version.change !== "unreadable") {
    parts.push(actions(version.version, current));
  }
  const looked = (pastVersion() ?? served()?.version) === version.version;
  return make(
    "li",
    {
      ...(current && { class: "current" }),
      ...(looked && { "aria-current": "true" }),
    },
    ...parts,
  );
}

/**
 * The buttons of a version: none of the one that is served, while it is looked through.
 *
 * @param {number} version
 * @param {boolean} current
 */
function actions(version, current) {
  const past = pastVersion();
  const parts = make("div", { class: "actions" });
  if (past === version) {
    parts.append(make("span", { class: "badge" }, "You look through it"));
  } else if (!current || past !== undefined) {
    const look = () => buttons.look(current ? undefined : version);
    parts.append(
      button("Look", look, { "aria-label": `Look through version ${version}` }),
    );
  }
  if (!current) {
    parts.append(
      button("Go back", () => buttons.goBack(version), {
        "aria-label": `Go back to version ${version}`,
      }),
    );
  }
  return parts;
}

/** @param {Version} version */
function changeInWords({ change, restored }) {
  /** @type {Readonly<Record<string, string>>} */
  const words = {
    base: "as it was trained",
    finetune: "was taught",
    labels: "has other labels",
    rollback: `is version ${restored} again`,
    import: "was imported",
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
