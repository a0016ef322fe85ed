/**
 * Bodies of requests and answers as types, for projects that import the app. The schemas
 * check what is sent; a type check keeps the two equal.
 *
 * @module
 */

import type {
  BeforeAfter,
  GuardRecord,
  Manifest,
} from "../src/store/manifest.ts";

/** A problem: an error and where it is (RFC 9457). */
export interface Problem {
  readonly type: "about:blank";
  readonly title: string;
  /** 400 to 599. */
  readonly status: number;
  /** What could not be done, what was expected, what came. */
  readonly detail: string;
  /** On /v2: the detail once more. */
  readonly error?: string | undefined;
  /** The path of the field, such as `examples[1].image`. */
  readonly field?: string | undefined;
  /** The values that are valid here. */
  readonly known?: readonly string[] | undefined;
}

/** The answer of GET / to clients other than browsers. */
export interface IndexAnswer {
  readonly name: string;
  readonly about: string;
  /** A description of each route. */
  readonly routes: Readonly<Record<string, string>>;
}

/** The answer of /healthz. */
export interface HealthAnswer {
  readonly status: "ok";
  readonly version: number;
  readonly step: number;
}

/** The answer of /readyz. */
export interface ReadyAnswer {
  readonly status: "ready";
}

/** Options of /finetune, besides its examples. */
export interface FinetuneOptions {
  /** Correct the examples by the smallest change that does, or take bare training steps. */
  readonly mode?: "correct" | "steps" | undefined;
  /** 0 to 20; from 1 in mode steps. */
  readonly steps?: number | undefined;
  /** Over 0, up to 0.1. */
  readonly learningRate?: number | undefined;
  /** The margin, in logits, by which an answer must be right: over 0, up to 4. Needs an admin key. */
  readonly margin?: number | undefined;
  /** Whether to believe every example, however unlikely. Needs an admin key. */
  readonly trusted?: boolean | undefined;
  /** The part of the model that learns. */
  readonly scope?: "heads" | undefined;
  /** Whether to compute everything and change nothing. */
  readonly dryRun?: boolean | undefined;
}

/** A change of the model. */
export interface ChangeAnswer {
  readonly version: BeforeAfter;
  readonly step: BeforeAfter;
  /** Hash of the model after it. */
  readonly sha256: string;
}

/** The answer of /labels. */
export interface LabelChangeAnswer extends ChangeAnswer {
  readonly head: string;
  readonly label: string;
}

/** Another name for a class. */
export interface RenameBody {
  readonly label: string;
}

/** A version, by its number. */
export interface VersionBody {
  readonly version: number;
}

/** The answer of /rollback. */
export interface RollbackAnswer extends ChangeAnswer {
  /** The version that it went back to. */
  readonly restored: number;
}

/** A tag that was set. */
export interface TagAnswer {
  readonly tag: string;
  readonly version: number;
}

/** A version in the history. */
export interface VersionSummary {
  readonly version: number;
  readonly parent: number | null;
  readonly change: Manifest["change"];
  readonly restored: number | null;
  readonly step: number;
  /** ISO 8601; null for the weights file. */
  readonly createdAt: string | null;
  readonly sha256: string;
  readonly loss: BeforeAfter | null;
  readonly guard: GuardRecord | null;
  readonly tags: readonly string[];
  /** The name of the key that made it. */
  readonly by?: string | undefined;
}

/** The answer of /versions, newest first. */
export interface VersionsAnswer {
  readonly versions: readonly VersionSummary[];
}

/** The answer of /versions/{version}. */
export interface VersionAnswer extends VersionSummary {
  /** Optimizer steps of the tensors that differ from the weights file's. */
  readonly steps: Readonly<Record<string, number>>;
  readonly tensors: readonly {
    readonly name: string;
    readonly dtype: "F32";
    readonly shape: readonly number[];
    readonly sha256: string;
  }[];
  /** The request that made it. */
  readonly request: {
    readonly scope: "heads";
    readonly steps: number;
    readonly learningRate: number;
    readonly examples: number;
  } | null;
}
