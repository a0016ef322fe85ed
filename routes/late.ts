/**
 * The modules that a server imports late, loaded soon after its start. If Deno once
 * fails to read a module, the import fails for good, and the process may end: a request
 * that is the first of its kind while file descriptors are short would break its route,
 * or stop the server.
 *
 * @module
 */

import { turn } from "../src/waiting.ts";

/** All but those that are loaded by the settings, at the start, or by the first request. */
const LATE: readonly (() => Promise<unknown>)[] = [
  () => import("./line_writer.ts"),
  () => import("./overload.ts"),
  () => import("./pace.ts"),
  () => import("./exposition.ts"),
  () => import("./json.ts"),
  () => import("./form.ts"),
  () => import("./schemas/check.ts"),
  () => import("./schemas/predict.ts"),
  () => import("./resources.ts"),
  () => import("./page.ts"),
  () => import("../src/sketches/draw.ts"),
  () => import("jpeg-js"),
  () => import("client-zip"),
  () => import("./health.ts"),
  () => import("./docs.ts"),
  () => import("swagger-ui-dist/absolute-path.js"),
  () => import("./finetune.ts"),
  () => import("./labels.ts"),
  () => import("./inference.ts"),
  () => import("./versions.ts"),
  () => import("./model.ts"),
  () => import("./admin.ts"),
  () => import("../src/image/decoders/jpeg_scans.ts"),
  () => import("../src/image/decoders/inks.ts"),
  () => import("../src/image/decoders/png.ts"),
  () => import("../src/image/decoders/png_mend.ts"),
  () => import("../src/image/decoders/webp.ts"),
  () => import("../src/image/decoders/gif.ts"),
  () => import("../src/checkpoint/file_error.ts"),
  () => import("../src/checkpoint/judge_rest.ts"),
  () => import("../src/optim/registry.ts"),
  () => import("../src/service/decoder.ts"),
  () => import("../src/service/editor.ts"),
  () => import("../src/service/finetune.ts"),
  () => import("../src/service/labels.ts"),
  () => import("../src/service/history.ts"),
  () => import("../src/service/model_file.ts"),
  () => import("../src/service/transfer.ts"),
  () => import("../src/store/blobs.ts"),
  () => import("../src/store/budgets.ts"),
  () => import("../src/store/collect.ts"),
  () => import("../src/store/draft.ts"),
  () => import("../src/store/staging.ts"),
];

/** Loads one after the other, and lets other work run in between. */
export async function loadLate(): Promise<void> {
  for (const load of LATE) {
    await load();
    await turn();
  }
}
