/** What every part of the bench is. @module */

import type { Line } from "./figures.ts";

/** What a run was asked for. */
export interface Request {
  /** Where the peers are, if they are to run. */
  readonly peers: string | undefined;
  /** The photographs that corrections are measured on, if they are to be. */
  readonly data: string | undefined;
  /** How often steps and starts are measured, one side after the other. */
  readonly rounds: number;
  /** Tells a person what is not measured, and why. */
  readonly note: (text: string) => void;
}

/** A part of the bench: yields its figures as they come. */
export type Subject = (request: Request) => AsyncIterable<Line>;
