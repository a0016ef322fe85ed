/** The kinds of heads, by name. @module */

import type { Head } from "../heads.ts";
import { binary } from "./binary.ts";
import { classes } from "./classes.ts";
import type { Kind } from "./kind.ts";
import { number } from "./number.ts";

const KINDS = { classes, binary, number };

/** The rules of a head. */
export function kindOf(head: Head): Kind<Head> {
  return KINDS[head.kind] as Kind<Head>;
}
