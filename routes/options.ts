/** Options of the app and of its routes. @module */

import type { RequestLimits } from "../src/service/limits.ts";
import type { Service } from "../src/service/service.ts";
import type {
  KeyBudgets,
  LogFormat,
  Settings,
} from "../src/service/settings.ts";
import type { Intake } from "./intake.ts";
import type { Keyring } from "./keys.ts";
import type { Meter, Metrics } from "./metrics.ts";
import type { Trace } from "./record.ts";

/** Options of the app. */
export interface AppOptions extends Pick<Settings, "keys" | "corsOrigin"> {
  readonly limits: RequestLimits;
  /** Budget of each key. Default: unlimited. */
  readonly keyBudgets?: KeyBudgets;
  /** Whether the server listens for this machine only. Default false. */
  readonly loopback?: boolean;
  /** Names that such a server answers to besides its own. Default: none. */
  readonly allowedHosts?: readonly string[];
  /** Takes a line for each request. Default: none is written. */
  readonly log?: (line: string) => void;
  /** Takes errors that the answer does not show. Default: the console. */
  readonly report?: (error: unknown) => void;
  /** Number of lines of either that were dropped so far. Default: 0. */
  readonly droppedLines?: () => number;
  /** Default `line`. */
  readonly logFormat?: LogFormat;
  /** Receives the parts of every request's work. Default: none. */
  readonly trace?: Trace | undefined;
  /** Receives what /metrics counts. Default: none. */
  readonly meter?: Meter | undefined;
  /** The service, opened when it is first needed. */
  readonly service: () => Promise<Service>;
}

/** Options of a route. */
export interface RouteOptions extends AppOptions {
  /** The admission of requests, shared by all routes. */
  readonly intake: Intake;
  readonly keyring: Keyring;
  readonly metrics: Metrics;
}
