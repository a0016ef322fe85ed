/**
 * Tandem as an app: `deno serve mod.ts`, or the entry point on Deno Deploy.
 * Settings come from the environment: see src/service/settings.ts.
 *
 * @module
 */

import { type App, createApp } from "./routes/app.ts";
import {
  endOnSignal,
  type LazyService,
  lazyService,
  type Logs,
  meterOf,
  openLogs,
  traceOf,
} from "./routes/serving.ts";
import { readSettings, type Settings } from "./src/service/settings.ts";

const settings: Settings = readSettings((name) => Deno.env.get(name));
const logs: Logs = openLogs(settings);
const service: LazyService = lazyService(settings, {
  report: logs.report,
});
service.open().catch(() => {}); // the first request tries again, and says why
endOnSignal(service, logs);

const app: App = createApp({
  ...settings,
  ...logs,
  trace: traceOf(settings),
  meter: meterOf(settings),
  service: service.open,
});

export default app;
