// @ts-check
/// <reference lib="dom" />
/** The labels of the grid, taught together. @module */

import { lastEtag } from "./asking.js";
import { byId } from "./elements.js";
import { gather, ungather } from "./gathered.js";
import { drawAll, labelled } from "./grid.js";
import { teachAll } from "./lessons.js";
import { showSummary } from "./outcome.js";
import { run, showAnew } from "./work.js";

/**
 * @typedef {import("./server.js").FinetuneAnswer} FinetuneAnswer
 * @typedef {import("./calls.js").Lesson & { tile: import("./tiles.js").Tile }} TileLesson
 */

const outcome = byId("many-outcome", HTMLElement);

/** Forgets what came of the last time. */
export function hideSummary() {
  outcome.hidden = true;
}

/**
 * Teaches all labels of the grid.
 *
 * @param {(version: number) => void} goBack
 */
export function teachLabelled(goBack) {
  return run("Teaching …", async () => {
    hideSummary();
    const lessons = labelled().map((tile) => ({
      id: tile.prediction?.id,
      image: tile.image,
      labels: { ...tile.labels },
      tile,
    }));
    /** @type {FinetuneAnswer[]} */
    const answers = [];
    try {
      await teachAll(lessons, lastEtag(), (taught, answer) => {
        answers.push(answer);
        gather(taught);
        noteAll(taught, answer);
      });
    } finally {
      await conclude(answers, lessons, goBack);
    }
  });
}

/**
 * Writes on each tile what became of its labels.
 *
 * @param {readonly TileLesson[]} taught
 * @param {FinetuneAnswer} answer
 */
function noteAll(taught, { accepted, reason, version, examples }) {
  taught.forEach(({ tile }, i) => {
    const { used, reason: own } = examples[i] ?? { used: false, reason: null };
    const learned = accepted && used;
    tile.result = {
      learned,
      text: !learned
        ? `Not learned. ${own ?? reason}`
        : version.after === version.before
        ? "Known already"
        : "Learned",
    };
    if (learned) tile.labels = {};
  });
  drawAll();
}

/**
 * Shows what the model says now, and what was learned in all.
 *
 * @param {readonly FinetuneAnswer[]} answers
 * @param {readonly TileLesson[]} lessons
 * @param {(version: number) => void} goBack
 */
async function conclude(answers, lessons, goBack) {
  const [first] = answers;
  const last = answers.at(-1);
  if (first === undefined || last === undefined) return;
  try {
    if (last.version.after !== first.version.before) await showAnew();
  } finally {
    showSummary(outcome, answers, lessons.length, () => {
      ungather(lessons);
      goBack(first.version.before);
    });
  }
}
