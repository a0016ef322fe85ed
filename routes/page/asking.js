// @ts-check
/** Many images asked about, so that one that cannot be read spoils none but itself. @module */

import { predict } from "./calls.js";
import { allTiles, offerHeads, settle } from "./grid.js";
import { cut } from "./lessons.js";
import { pastVersion } from "./past.js";
import { Trouble } from "./server.js";

/** @typedef {import("./tiles.js").Tile} Tile */

/** Images of one request. */
const MOST = 8;

let etag = "";

/** The model that answered last. */
export function lastEtag() {
  return etag;
}

/** Asks about all images again. */
export async function askAgain() {
  for (const tile of allTiles()) {
    if (tile.state === "known") tile.state = "waiting";
  }
  await askWaiting();
}

/** Asks about the images that nobody was asked about yet. */
export async function askWaiting() {
  for (;;) {
    const some = allTiles().filter(({ state }) => state === "waiting");
    if (some.length === 0) return;
    await askAbout(some.slice(0, MOST));
  }
}

/**
 * Asks about a few images. Where one cannot be read, halves are asked about, until
 * it is known which.
 *
 * @param {readonly Tile[]} some
 */
async function askAbout(some) {
  settle(some, "asking");
  try {
    const images = some.map(({ image }) => image);
    const { predictions, model } = await predict(images, pastVersion());
    etag = model.etag;
    some.forEach((tile, i) => tile.prediction = predictions[i]);
    offerHeads();
    settle(some, "known");
  } catch (error) {
    settle(some, "waiting");
    if (!isOfImages(error)) throw error;
    const [first] = some;
    if (some.length > 1) {
      for (const half of cut(some, Math.ceil(some.length / 2))) {
        await askAbout(half);
      }
    } else if (first !== undefined) {
      first.trouble = error.message;
      settle(some, "unreadable");
    }
  }
}

/**
 * @param {unknown} error
 * @returns {error is Trouble}
 */
function isOfImages(error) {
  return error instanceof Trouble &&
    (error.kind === "image" || error.kind === "large");
}
