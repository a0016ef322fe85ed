/** What every route is given. @module */

import type { Service } from "../src/service/service.ts";
import type { Settings } from "../src/service/settings.ts";

/** What an app is made of. */
export interface AppOptions
  extends Pick<Settings, "keys" | "corsOrigin" | "maxBodyBytes" | "maxPixels"> {
  /** The service, opened when it is first needed. */
  readonly service: () => Promise<Service>;
}
