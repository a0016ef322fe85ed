/** What every route is given. @module */

import type { RequestLimits } from "../src/service/limits.ts";
import type { Service } from "../src/service/service.ts";
import type { Settings } from "../src/service/settings.ts";
import type { Intake } from "./intake.ts";

/** What an app is made of. */
export interface AppOptions extends Pick<Settings, "keys" | "corsOrigin"> {
  readonly limits: RequestLimits;
  /** Whether the server listens for this machine only. Default false. */
  readonly loopback?: boolean;
  /** The service, opened when it is first needed. */
  readonly service: () => Promise<Service>;
}

/** What a route is made of. */
export interface RouteOptions extends AppOptions {
  /** What all routes together have taken in. */
  readonly intake: Intake;
}
