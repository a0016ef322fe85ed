// @ts-check
/// <reference lib="dom" />
/** What the model sees in the camera, image by image, in this browser. @module */

import { headsOf } from "./heads.js";
import { make, say } from "./elements.js";
import { predictHere, updateModel, versionHere } from "./model.js";
import { Trouble } from "./server.js";
import { knownInWords, percent, plain, rounded } from "./words.js";

/** Likeliest answers of a head that are shown. */
const SHOWN = 3;
/** Milliseconds between two looks for a new version. */
const LOOK_EVERY = 10_000;
/** Milliseconds that the rate is counted over. */
const COUNT_OVER = 1000;

/**
 * @typedef {import("./server.js").Prediction} Prediction
 * @typedef {{ list: HTMLElement, rows: ReturnType<typeof row>[] }} Section
 */

/**
 * Shows what the model sees in a video, until it is told to stop.
 *
 * @param {HTMLVideoElement} video
 * @param {HTMLElement} board
 * @param {HTMLElement} note
 * @returns {() => void} stops it
 */
export function watch(video, board, note) {
  const stopped = new AbortController();
  board.replaceChildren();
  follow(video, board, note, stopped.signal).catch((error) => {
    if (!stopped.signal.aborted) say(note, reasonOf(error));
  });
  return () => stopped.abort();
}

/**
 * @param {HTMLVideoElement} video
 * @param {HTMLElement} board
 * @param {HTMLElement} note
 * @param {AbortSignal} stopped
 */
async function follow(video, board, note, stopped) {
  if (versionHere() === undefined) {
    say(note, "Bringing the model here …");
    await updateModel(true);
  }
  const isReached = keepUpToDate(stopped);
  /** @type {Map<string, Section>} */
  const sections = new Map();
  let [images, since] = [0, performance.now()];
  while (!stopped.aborted) {
    await nextFrame(video);
    if (stopped.aborted) return;
    const prediction = await predictHere(video);
    show(prediction, board, sections);
    images++;
    const passed = performance.now() - since;
    if (passed < COUNT_OVER) continue;
    const rate = Math.round(images * 1000 / passed);
    board.dataset.rate = String(rate);
    say(note, `${status(rate, isReached())} ${knownInWords(prediction.known)}`);
    [images, since] = [0, performance.now()];
  }
}

/**
 * Looks for new versions now and then; gives what tells whether the server is in reach.
 *
 * @param {AbortSignal} stopped
 */
function keepUpToDate(stopped) {
  let reached = true;
  const look = () =>
    updateModel().then(() => reached = true, () => reached = false);
  const timer = setInterval(look, LOOK_EVERY);
  stopped.addEventListener("abort", () => clearInterval(timer));
  addEventListener("offline", () => reached = false, { signal: stopped });
  addEventListener("online", look, { signal: stopped });
  look();
  return () => reached;
}

/**
 * @param {number} rate images a second
 * @param {boolean} reached whether the server is
 */
function status(rate, reached) {
  const here = `by version ${versionHere()}, in this browser`;
  return reached
    ? `${rate} images a second, ${here}. No image leaves it until you take one.`
    : `The server is out of reach. ${rate} images a second go on ${here}.`;
}

/** @param {unknown} error */
function reasonOf(error) {
  const why = error instanceof Trouble
    ? error.message
    : "This browser cannot run the model.";
  return `Not classified here: ${why}`;
}

/**
 * Resolves when the video shows another image.
 *
 * @param {HTMLVideoElement} video
 */
function nextFrame(video) {
  return new Promise((resolve) => {
    if ("requestVideoFrameCallback" in video) {
      video.requestVideoFrameCallback(resolve);
    } else requestAnimationFrame(resolve);
  });
}

/**
 * @param {Prediction} prediction
 * @param {HTMLElement} board
 * @param {Map<string, Section>} sections of the heads, by their names
 */
function show(prediction, board, sections) {
  for (const [name, answer] of headsOf(prediction)) {
    let section = sections.get(name);
    if (section === undefined) {
      const list = make("ol", { class: "bars", "aria-label": plain(name) });
      section = { list, rows: [] };
      sections.set(name, section);
      board.append(
        make("div", { class: "head" }, make("h3", {}, plain(name)), list),
      );
    }
    update(section, linesOf(answer));
  }
}

/**
 * The likeliest answers of a head, in words, with their probabilities.
 *
 * @param {any} answer
 * @returns {[text: string, probability: number | undefined][]}
 */
function linesOf(answer) {
  if ("top" in answer) {
    return answer.top.slice(0, SHOWN)
      .map((/** @type {any} */ { label, probability }) => [
        plain(label),
        probability,
      ]);
  }
  if ("deviation" in answer) {
    const { value, deviation, unit = "" } = answer;
    const [number, error] = [value, deviation].map((each) =>
      rounded(each, deviation)
    );
    return [[`${number} ± ${error} ${unit}`, undefined]];
  }
  return [[plain(answer.label), answer.probability]];
}

/**
 * Moves the bars that are there: making them anew for each image would stop their motion.
 *
 * @param {Section} section
 * @param {readonly [text: string, probability: number | undefined][]} lines
 */
function update({ list, rows }, lines) {
  while (rows.length < lines.length) {
    const added = row(rows.length === 0);
    rows.push(added);
    list.append(added.element);
  }
  rows.forEach(({ element, name, share, track, fill }, i) => {
    const [text = "", probability] = lines[i] ?? [];
    element.hidden = i >= lines.length;
    name.textContent = text;
    share.textContent = probability === undefined ? "" : percent(probability);
    track.hidden = probability === undefined;
    fill.style.transform = `scaleX(${probability ?? 0})`;
  });
}

/** @param {boolean} first */
function row(first) {
  const name = make("span", { class: "name" });
  const share = make("span", { class: "share" });
  const fill = make("span", { class: "fill" });
  const track = make("span", { class: "track" }, fill);
  const element = make(
    "li",
    { class: first ? "bar live first" : "bar live" },
    name,
    share,
    track,
  );
  return { element, name, share, track, fill };
}
