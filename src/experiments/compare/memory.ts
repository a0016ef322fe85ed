/** The memory that an optimizer takes besides the parameters. @module */

import { parameterCount, type Sizes } from "../../model/sizes.ts";
import { createOptimizer } from "../../optim/registry.ts";
import { LEARNING_RATES } from "./optimizers.ts";

/** Bytes of one optimizer's state. */
export interface MemoryResult {
  readonly name: string;
  readonly slots: readonly string[];
  readonly parameterBytes: number;
  readonly momentBytes: number;
}

const FLOAT_BYTES = 4;

/** Bytes of parameters and moments of a network, by optimizer. */
export function compareMemory(sizes: Sizes): MemoryResult[] {
  const parameterBytes = FLOAT_BYTES * parameterCount(sizes);
  return Object.keys(LEARNING_RATES).map((name) => {
    const { slots } = createOptimizer(name);
    return {
      name,
      slots,
      parameterBytes,
      momentBytes: slots.length * parameterBytes,
    };
  });
}
