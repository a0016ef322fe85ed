/** The server's own routes. @module */

import * as v from "valibot";
import { fields, whole } from "./field.ts";

/** The answer of a server that is alive, with the version of its model. */
export const healthAnswer = fields({
  status: v.literal("ok"),
  version: whole(0),
  step: whole(0),
});

/** The answer of a server that is ready. */
export const readyAnswer = fields({ status: v.literal("ready") });

/** The index of routes. */
export const indexAnswer = fields({
  name: v.string(),
  about: v.string(),
  routes: v.record(v.string(), v.string()),
});

/** The files of the page that shows the documentation. */
const DOCS_FILES = [
  "page.js",
  "page.css",
  "swagger-ui-bundle.js",
  "swagger-ui.css",
] as const;

/** The name of one of these files. */
export const docsFile = v.picklist(DOCS_FILES);

/** The files of the page at /, besides its markup. */
export const PAGE_FILES = [
  "answers.js",
  "archive.js",
  "asking.js",
  "bars.js",
  "batch.js",
  "calls.js",
  "camera.js",
  "chooser.js",
  "client-zip.js",
  "core.js",
  "dialogs.css",
  "elements.js",
  "gathered.js",
  "grid.js",
  "heads.js",
  "images.js",
  "key.js",
  "lessons.js",
  "live.js",
  "many.css",
  "many.js",
  "model.js",
  "new_class.js",
  "outcome.js",
  "page.css",
  "page.js",
  "past.js",
  "quantity.js",
  "roving.js",
  "server.js",
  "shots.js",
  "shrink.js",
  "tiles.js",
  "timeline.js",
  "truth.js",
  "viewer.js",
  "words.js",
  "work.js",
] as const;

/** The builds of the kernels that the page runs, of which a machine needs one. */
export const PAGE_KERNELS = [
  "kernels.wasm",
  "kernels.emulated.wasm",
] as const;

/** The built-in sketches that the page offers to try. */
export const PAGE_SKETCHES = [
  "amazon-bike-1.jpg",
  "amazon-keyboard-1.jpg",
  "amazon-scissors-2.jpg",
  "amazon-mug-2.jpg",
] as const;

/** The name of any of them. */
export const pageFile = v.picklist([
  ...PAGE_FILES,
  ...PAGE_KERNELS,
  ...PAGE_SKETCHES,
]);
