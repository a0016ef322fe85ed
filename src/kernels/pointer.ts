/** Addresses in the arena. @module */

/** A byte offset into the arena. */
export type Pointer = number;
