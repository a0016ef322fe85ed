/** Settings: flags that have a default and become values. @module */

import type { Flag, Flags } from "./flags.ts";

/** Reads the value of a flag; `fallback` where it was not given. */
export type Reader<T> = (flags: Flags, name: string, fallback: T) => T;

/** A flag, its default, and the way from its text to a value. */
export interface Setting<T> extends Flag {
  /** The flag without its dashes. */
  readonly name: string;
  readonly fallback: T;
  /** The value that the flags ask for; that of `before`, or the default, where they do not mention it. */
  read(flags: Flags, before: T | undefined): T;
}

/** A setting whose help ends with its default, `shown` as it would be typed. */
export function setting<T>(
  name: string,
  value: string,
  fallback: T,
  help: string,
  reader: Reader<T>,
  shown = String(fallback),
): Setting<T> {
  return {
    name,
    value,
    fallback,
    help: `${help} (${shown}).`,
    read: (flags, before) => reader(flags, name, before ?? fallback),
  };
}

/** A whole number of at least `lowest`. */
export function wholeFrom(lowest: number): Reader<number> {
  return (flags, name, fallback) => flags.integer(name, fallback, lowest);
}

/** A number that `fits`; `expected` says which ones do. */
export function numberThat(
  expected: string,
  fits: (value: number) => boolean,
): Reader<number> {
  return (flags, name, fallback) =>
    flags.number(name, fallback, expected, fits);
}

/** A number in [0, 1). */
export function fraction(
  flags: Flags,
  name: string,
  fallback: number,
): number {
  return flags.fraction(name, fallback);
}

/** A number of at least 0. */
export function magnitude(
  flags: Flags,
  name: string,
  fallback: number,
): number {
  return flags.magnitude(name, fallback);
}

/** One of a few words. */
export function oneOf<T extends string>(choices: readonly T[]): Reader<T> {
  return (flags, name, fallback) => flags.choice(name, choices, fallback);
}

/** The settings as flags, for a command's help. */
export function flagsOf(
  settings: readonly Setting<unknown>[],
): Readonly<Record<string, Flag>> {
  return Object.fromEntries(settings.map((each) => [each.name, each]));
}
