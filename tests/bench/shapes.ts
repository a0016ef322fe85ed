/** The networks that steps are measured on. @module */

import type { StepTime } from "./figures.ts";

/** Those that the peers' scripts measure, in their order. */
export const SHAPES: readonly Pick<StepTime, "inputs" | "hidden" | "batch">[] =
  [
    { inputs: 3072, hidden: [256, 128], batch: 32 },
    { inputs: 3072, hidden: [256, 128], batch: 8 },
    { inputs: 1764, hidden: [256, 128], batch: 32 },
    { inputs: 1764, hidden: [512], batch: 64 },
    { inputs: 5748, hidden: [512], batch: 64 },
    { inputs: 5748, hidden: [512], batch: 8 },
  ];
