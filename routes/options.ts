/** What every route is given. @module */

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

/** What an app is made of. */
export interface AppOptions extends Pick<Settings, "keys" | "corsOrigin"> {
  readonly limits: RequestLimits;
  /** What one key may use up. Default: any amount. */
  readonly keyBudgets?: KeyBudgets;
  /** Whether the server listens for this machine only. Default false. */
  readonly loopback?: boolean;
  /** Takes a line for each request. Default: none is written. */
  readonly log?: (line: string) => void;
  /** Takes what went wrong without the answer saying it. Default: the console. */
  readonly report?: (error: unknown) => void;
  /** Lines of either that were dropped so far. Default: none ever is. */
  readonly droppedLines?: () => number;
  /** Default `line`. */
  readonly logFormat?: LogFormat;
  /** Told of the parts of every request's work. Default: nobody. */
  readonly trace?: Trace | undefined;
  /** Told of what /metrics counts. Default: nobody. */
  readonly meter?: Meter | undefined;
  /** The service, opened when it is first needed. */
  readonly service: () => Promise<Service>;
}

/** What a route is made of. */
export interface RouteOptions extends AppOptions {
  /** What all routes together have taken in. */
  readonly intake: Intake;
  readonly keyring: Keyring;
  readonly metrics: Metrics;
}
