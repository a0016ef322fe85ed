/**
 * Settings, read from the environment.
 *
 *   HOST             address that `deno task start` listens on      127.0.0.1
 *   PORT             port that it listens on; 0 takes a free one    8000
 *   MODEL            the weights file                               weights/office31.safetensors
 *   STORE            a Deno KV file, `memory`, or `postgres://…`    .data/tandem.kv; on Deno Deploy
 *                                                                   the database assigned there
 *   KEEP_VERSIONS    versions kept, besides tagged ones             100
 *   PREDICT_KEY      bearer keys of predictions                     none: open to everyone
 *   FINETUNE_KEY     bearer keys of fine-tuning                     none: closed
 *   ADMIN_KEY        bearer keys of everything                      none: closed
 *   KEY_REQUESTS_PER_MINUTE   requests of one key                   0: any number
 *   KEY_EXAMPLES_PER_HOUR     examples of one key                   0: any number
 *   ALLOWED_HOSTS    names that a server on loopback answers to     loopback addresses
 *   CORS_ORIGIN      origin of pages that may call, or *            none
 *   LOG              a `line` or `json` for each request, or `none`  line
 *   OTEL_DENO        whether to export to OpenTelemetry             false
 *
 * Each of the keys is one key, or `name=key` pairs separated by commas, and a key may
 * be `sha256:` and its digest in hexadecimal. A fine-tuning key opens what a prediction
 * key opens, an admin key everything.
 *
 * The limits of a request are set by the variables in limits.ts.
 *
 * @module
 */

import {
  readRequestLimits,
  type ReadWhole,
  type RequestLimits,
} from "./limits.ts";

/** Settings, with their defaults filled in. */
export interface Settings {
  readonly host: string;
  readonly port: number;
  /** Undefined: the shipped file. */
  readonly model: string | undefined;
  /** Undefined: the database that the platform assigns. */
  readonly store: string | undefined;
  readonly keepVersions: number;
  readonly keys: Keys;
  readonly keyBudgets: KeyBudgets;
  /** In lower case, without ports; besides those of this machine. */
  readonly allowedHosts: readonly string[];
  readonly corsOrigin: string | undefined;
  readonly logFormat: LogFormat;
  /** Whether traces and metrics are exported to OpenTelemetry. */
  readonly telemetry: boolean;
  /** Whether Deno Deploy runs the server. */
  readonly onDeploy: boolean;
  readonly limits: RequestLimits;
}

/** The format of the access log. */
export type LogFormat = "line" | "json" | "none";

const LOG_FORMATS: readonly LogFormat[] = ["line", "json", "none"];

/** The budget of each key; undefined for no limit. */
export interface KeyBudgets {
  /** Per minute. */
  readonly requests?: number | undefined;
  /** Per hour. */
  readonly examples?: number | undefined;
}

/** The bearer keys as they are set; a route whose key is undefined is open (predict) or closed (the others). */
export interface Keys {
  readonly predict: string | undefined;
  readonly finetune: string | undefined;
  readonly admin: string | undefined;
}

/** The model in this repository, the default of MODEL. */
export const SHIPPED_WEIGHTS: URL = new URL(
  "../../weights/office31.safetensors",
  import.meta.url,
);

/**
 * Reads the settings.
 *
 * @param get Reads one environment variable.
 * @throws {RangeError} If a number is not a whole one in its range.
 */
export function readSettings(
  get: (name: string) => string | undefined,
): Settings {
  const text = (name: string) => get(name)?.trim() || undefined;
  const whole: ReadWhole = (name, ...range) =>
    wholeNumber(name, text(name), ...range);
  const onDeploy = ["DENO_DEPLOY", "DENO_DEPLOYMENT_ID"].some((name) =>
    text(name) !== undefined
  );
  return {
    host: text("HOST") ?? "127.0.0.1",
    port: whole("PORT", 8000, 0, 65535),
    model: text("MODEL"),
    store: text("STORE") ?? (onDeploy ? undefined : ".data/tandem.kv"),
    keepVersions: whole("KEEP_VERSIONS", 100, 1, 1_000_000),
    keys: {
      predict: text("PREDICT_KEY"),
      finetune: text("FINETUNE_KEY"),
      admin: text("ADMIN_KEY"),
    },
    keyBudgets: {
      requests: whole("KEY_REQUESTS_PER_MINUTE", 0, 0, 1_000_000) || undefined,
      examples: whole("KEY_EXAMPLES_PER_HOUR", 0, 0, 1_000_000) || undefined,
    },
    allowedHosts: hostNamesOf(text("ALLOWED_HOSTS") ?? ""),
    corsOrigin: text("CORS_ORIGIN"),
    logFormat: logFormatOf(text("LOG") ?? "line"),
    onDeploy,
    telemetry: ["1", "true"].includes(text("OTEL_DENO") ?? ""),
    limits: readRequestLimits(whole),
  };
}

/** Reads a number from a variable: `fallback` if that is not set. */
function wholeNumber(
  name: string,
  value: string | undefined,
  fallback: number,
  least: number,
  most: number,
): number {
  if (value === undefined) return fallback;
  const number = /^\d+$/.test(value) ? Number(value) : NaN;
  if (number >= least && number <= most) return number;
  throw new RangeError(
    `Cannot read ${name}: expected a whole number from ${least} to ${most}, got "${value}"`,
  );
}

/** Names of hosts, or addresses, without scheme and port. */
function hostNamesOf(text: string): string[] {
  const names = text.split(",").map((name) => name.trim().toLowerCase())
    .filter((name) => name !== "");
  const wrong = names.find((name) => !/^([\w.-]+|\[[\da-f:.]+\])$/.test(name));
  if (wrong === undefined) return names;
  throw new RangeError(
    "Cannot read ALLOWED_HOSTS: expected names such as tandem.example, separated by commas, " +
      `got "${wrong}"`,
  );
}

function logFormatOf(text: string): LogFormat {
  const format = LOG_FORMATS.find((format) => format === text);
  if (format !== undefined) return format;
  throw new RangeError(
    `Cannot read LOG: expected one of ${LOG_FORMATS.join(", ")}, got "${text}"`,
  );
}
