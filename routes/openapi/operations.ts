/** OpenAPI operations of all routes. @module */

import type { HeadSpec } from "../../src/heads/kinds.ts";
import type { RequestLimits } from "../../src/service/limits.ts";
import { adminOperations } from "./admin.ts";
import { inferenceOperations } from "./inference.ts";
import { labelOperations } from "./labels.ts";
import { modelOperations } from "./model.ts";
import type { Operation } from "./operation.ts";
import { serverOperations } from "./server.ts";
import { versionOperations } from "./versions.ts";

/** The parts of the server that the document depends on. */
export interface Served {
  /** The heads of the served model. */
  readonly heads: readonly HeadSpec[];
  readonly limits: RequestLimits;
}

/** All operations, in the order of the documentation. */
export function operationsOf(served: Served): Operation[] {
  return [
    ...modelOperations(served),
    ...labelOperations(served),
    ...versionOperations,
    ...adminOperations,
    ...inferenceOperations,
    ...serverOperations,
  ];
}
