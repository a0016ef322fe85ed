/** The parts of a server besides its app: the service, opened once, the log, the end. @module */

import { once } from "../src/once.ts";
import type { Service } from "../src/service/service.ts";
import type { Settings } from "../src/service/settings.ts";
import { Deadlines } from "../src/waiting.ts";
import type { LineStream, LineWriter } from "./line_writer.ts";
import type { Meter } from "./metrics.ts";
import { openService } from "./opening.ts";
import type { Trace } from "./record.ts";

/** A service that is opened once, and again only if opening it failed. */
export interface LazyService {
  open(): Promise<Service>;
  /** Closes the service if it was ever opened. */
  close(): Promise<void>;
}

/** The destinations of the log. */
export interface Logs {
  /** Takes a line for a request. */
  readonly log: (line: string) => void;
  /** Takes an error. */
  readonly report: (error: unknown) => void;
  /** Number of lines that were dropped because nobody read them. */
  readonly droppedLines: () => number;
  /** Resolves when everything is written. */
  readonly flush: () => Promise<void>;
}

/**
 * Standard output and error, written in the background: the console would block the
 * process while nobody reads. On Deno Deploy it is the console, which is always read.
 */
export function openLogs({ onDeploy }: Pick<Settings, "onDeploy">): Logs {
  if (onDeploy) {
    return {
      log: console.log,
      report: console.error,
      droppedLines: () => 0,
      flush: () => Promise.resolve(),
    };
  }
  const [output, errors] = [lazyWriter(Deno.stdout), lazyWriter(Deno.stderr)];
  return {
    log: output.write,
    report: (error) =>
      errors.write(typeof error === "string" ? error : Deno.inspect(error)),
    droppedLines: () => output.dropped() + errors.dropped(),
    async flush() {
      await Promise.all([output.flush(), errors.flush()]);
    },
  };
}

/** A writer that is loaded with its first line; no answer waits for it. */
function lazyWriter(stream: LineStream) {
  let writer: LineWriter | undefined;
  const open = once(async () => {
    const { LineWriter } = await import("./line_writer.ts");
    return writer = new LineWriter(stream);
  });
  let last: Promise<void> = Promise.resolve();
  let lost = 0; // while there was no writer
  return {
    write: (line: string) =>
      void (last = open().then(
        (writer) => writer.write(line),
        () => void lost++,
      )),
    dropped: () => lost + (writer?.dropped ?? 0),
    async flush() {
      await last;
      await writer?.flush();
    },
  };
}

/** Callbacks for errors outside requests; the console by default. */
export interface Reports {
  readonly report?: (error: unknown) => void;
  /** Called if the weights file can be served but not learned from. */
  readonly unsound?: (error: Error) => void;
}

/**
 * Milliseconds from the start until the parts of the model that only learning reads are
 * checked, and late modules are loaded, so that a first answer does not wait for them. A
 * fine-tune that comes earlier waits for what it needs.
 */
const LATER = 500;

/** Prepares a service; nothing is opened yet. */
export function lazyService(
  settings: Settings,
  { report = console.error, unsound = report }: Reports = {},
): LazyService {
  const deadlines = new Deadlines(LATER);
  let endLater = () => {};
  const open = once(async () => {
    const service = await openService(settings, report);
    endLater = deadlines.start(() => {
      service.sound().catch(unsound);
      // On Deno Deploy clients cannot exhaust the descriptors, and instances are short-lived.
      if (!settings.onDeploy) readLate().catch(report);
    });
    return service;
  });
  return {
    open,
    async close() {
      const service = await open.made()?.catch(() => undefined);
      endLater();
      await service?.close();
    },
  };
}

/** Loads the modules that requests would import one by one: see late.ts. */
async function readLate(): Promise<void> {
  const { loadLate } = await import("./late.ts");
  await loadLate();
}

/** Milliseconds that requests in progress may take after a signal. */
const PATIENCE = 4000;

/**
 * Ends the program on SIGINT or SIGTERM: calls `finish`, closes the service and writes the
 * log. Without this, Deno 2.9 would wait for ever for idle workers.
 */
export function endOnSignal(
  service: LazyService,
  logs: Logs,
  finish: () => Promise<void> = () => Promise.resolve(),
): void {
  const stop = async () => {
    const timer = setTimeout(() => Deno.exit(0), PATIENCE);
    await finish();
    await service.close();
    await logs.flush();
    clearTimeout(timer);
    Deno.exit(0);
  };
  Deno.addSignalListener("SIGINT", stop);
  // Windows knows no SIGTERM.
  if (Deno.build.os !== "windows") Deno.addSignalListener("SIGTERM", stop);
}

/** The receiver of the parts of the work: OpenTelemetry, loaded with the first part, or none. */
export function traceOf(
  { telemetry }: Pick<Settings, "telemetry">,
): Trace | undefined {
  if (!telemetry) return undefined;
  let opened: Trace | undefined;
  return {
    async within(name, work) {
      const { openTrace } = await import("./tracing.ts");
      opened ??= openTrace();
      return await opened.within(name, work);
    },
    note: (phase) => opened?.note(phase), // parts are within others
  };
}

/** The receiver of metrics: OpenTelemetry, loaded with the first measurement, or none. */
export function meterOf(
  { telemetry }: Pick<Settings, "telemetry">,
): Meter | undefined {
  if (!telemetry) return undefined;
  const open = once(async () => {
    const { openMeter } = await import("./metering.ts");
    return openMeter();
  });
  return {
    record: async (...measured) => (await open()).record(...measured),
    watch: async (gauges) => (await open()).watch(gauges),
  };
}
