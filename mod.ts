/**
 * Tandem as an app: `deno serve mod.ts`, or the entry point on Deno Deploy.
 * Settings come from the environment: see src/service/settings.ts.
 *
 * @module
 */

import { createApp } from "./routes/app.ts";
import {
  endOnSignal,
  lazyService,
  meterOf,
  traceOf,
} from "./routes/serving.ts";
import { readSettings } from "./src/service/settings.ts";

const settings = readSettings((name) => Deno.env.get(name));
const service = lazyService(settings);
service.open().catch(() => {}); // the first request tries again, and says why
endOnSignal(service);

export default createApp({
  ...settings,
  log: console.log,
  trace: traceOf(settings),
  meter: meterOf(settings),
  service: service.open,
});
