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
  openLogs,
  traceOf,
} from "./routes/serving.ts";
import { readSettings } from "./src/service/settings.ts";

const settings = readSettings((name) => Deno.env.get(name));
const logs = openLogs(settings);
const service = lazyService(settings, logs.report);
service.open().catch(() => {}); // the first request tries again, and says why
endOnSignal(service, logs);

export default createApp({
  ...settings,
  ...logs,
  trace: traceOf(settings),
  meter: meterOf(settings),
  service: service.open,
});
