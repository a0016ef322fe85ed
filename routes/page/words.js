// @ts-check
/** Figures and names in words. @module */

/** Below this share of stranger held-out images an image is said to be unlike them. */
const STRANGE = 0.05;
const UNUSUAL = 0.2;

/** @param {number} share in [0, 1] */
export function percent(share) {
  return `${(share * 100).toFixed(1)}\u00a0%`;
}

/**
 * A label or a head's name as people write it.
 *
 * @param {string | number | boolean} label
 */
export function plain(label) {
  if (label === true) return "yes";
  if (label === false) return "no";
  return String(label).replaceAll("_", " ");
}

/**
 * A number to as many digits as its error leaves it.
 *
 * @param {number} value
 * @param {number} deviation
 */
export function rounded(value, deviation) {
  const digits = deviation > 0 ? 1 - Math.floor(Math.log10(deviation)) : 2;
  return value.toFixed(Math.min(6, Math.max(0, digits)));
}

/**
 * What a low `known` means; nothing where the image is not unusual.
 *
 * @param {number | null} known
 */
export function knownInWords(known) {
  if (known === null || known >= UNUSUAL) return "";
  const share = `${Math.round(known * 100)} in 100`;
  if (known >= STRANGE) {
    return `A little unusual: only ${share} of the images it was checked on looked stranger to it.`;
  }
  return known < 0.005
    ? "Unlike anything it was trained on: none of the images it was checked on looked stranger to it. Take these answers lightly."
    : `Unlike what it was trained on: only ${share} of the images it was checked on looked stranger to it. Take these answers lightly.`;
}

/** @typedef {{ before: number, after: number }} BeforeAfter */

/**
 * What the guard saw, head by head.
 *
 * @param {Readonly<Record<string, number | (BeforeAfter & { basis?: string | undefined })>> | null} guard
 */
export function guardInWords(guard) {
  if (guard === null) return "";
  const scores = Object.entries(guard).flatMap(([name, score]) =>
    typeof score === "number"
      ? []
      : [`${plain(name)} ${percent(score.before)} → ${percent(score.after)}`]
  );
  const isReplay = Object.values(guard).some((score) =>
    typeof score !== "number" && score.basis === "replay"
  );
  const kept = isReplay ? "kept images" : "held-out images";
  const images = typeof guard.size === "number"
    ? `Right on ${guard.size} ${kept}: `
    : `Right on ${kept}: `;
  return scores.length === 0 ? "" : `${images}${scores.join(", ")}.`;
}

/**
 * Seconds in words.
 *
 * @param {number} seconds
 */
export function wait(seconds) {
  if (seconds >= 90) return `${Math.ceil(seconds / 60)} minutes`;
  return seconds === 1 ? "a second" : `${seconds} seconds`;
}
