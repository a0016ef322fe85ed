/**
 * The API as types, for Hono's client: `hc<App>(url)` has every route, field and answer.
 * They equal the types of the schemas, written out so that they need not be inferred.
 * The heads of the model are named as `App<{ item: "classes" }>`; without names, any
 * head is allowed. Bodies are JSON here; forms and bytes are for `fetch`.
 *
 * @module
 */

import type { Hono } from "hono";
import type { BlankEnv } from "hono/types";
import type { StatusCode } from "hono/utils/http-status";
import type { BinaryAnswer } from "../src/heads/binary.ts";
import type { ClassesAnswer } from "../src/heads/classes.ts";
import type { NumberAnswer } from "../src/heads/number.ts";
import type { ModelIdentity } from "../src/service/answers.ts";
import type { FinetuneAnswer as Finetuned } from "../src/service/requests.ts";
import type { LabelAnswer } from "../src/service/standings.ts";
import type {
  ChangeAnswer,
  FinetuneOptions,
  HealthAnswer,
  IndexAnswer,
  LabelChangeAnswer,
  Problem,
  ReadyAnswer,
  RenameBody,
  RollbackAnswer,
  TagAnswer,
  VersionAnswer,
  VersionBody,
  VersionsAnswer,
} from "./bodies.ts";

export type { Problem } from "./bodies.ts";

/** The heads of a model: their names and kinds. */
export type Heads = Readonly<Record<string, keyof Answers>>;

interface Answers {
  readonly classes: ClassesAnswer;
  readonly binary: BinaryAnswer;
  readonly number: NumberAnswer;
}

interface Labels {
  readonly classes: string;
  readonly binary: boolean | string;
  readonly number: number | string;
}

/** Fixed fields F beside one field per head. Without the heads' names, any field may hold either. */
type WithHeads<H extends Heads, F, P> = string extends keyof H
  ? F & { readonly [head: string]: F[keyof F] | P | undefined }
  : F & P;

/** The answers of all heads about one image. */
export type Prediction<H extends Heads = Heads> = WithHeads<
  H,
  { readonly id: string; readonly known: number | null },
  string extends keyof H ? Answers[keyof Answers]
    : { readonly [N in keyof H]: Answers[H[N]] }
>;

/** The answer of /predict. */
export interface PredictAnswer<H extends Heads = Heads> {
  readonly predictions: readonly Prediction<H>[];
  readonly model: ModelIdentity;
}

/** An image and its right labels, for /finetune. */
export type Example<H extends Heads = Heads> = WithHeads<
  H,
  { readonly image?: string; readonly predictionId?: string },
  string extends keyof H ? Labels[keyof Labels] | null
    : { readonly [N in keyof H]?: Labels[H[N]] | null }
>;

/** The outcome of one example. */
export type ExampleAnswer<H extends Heads = Heads> = WithHeads<
  H,
  { readonly used: boolean; readonly reason: string | null },
  string extends keyof H ? LabelAnswer
    : { readonly [N in keyof H]?: LabelAnswer }
>;

/** The answer of /finetune. */
export interface FinetuneAnswer<H extends Heads = Heads>
  extends Omit<Finetuned, "examples"> {
  readonly examples: readonly ExampleAnswer<H>[];
}

/** The body of /finetune. */
export type FinetuneBody<H extends Heads = Heads> =
  & { readonly examples: readonly Example<H>[] }
  & FinetuneOptions;

type ProblemStatus =
  | 400
  | 401
  | 403
  | 404
  | 405
  | 408
  | 409
  | 412
  | 413
  | 415
  | 421
  | 422
  | 429
  | 500
  | 503;

// Not an interface: Hono asks for a type that can be indexed.
type Reply<T, S extends StatusCode, F extends string> = {
  output: T;
  outputFormat: F;
  status: S;
};

/** A route and method: its input and its answers. */
type Route<I, T, S extends StatusCode = 200, F extends string = "json"> =
  & { input: I }
  & (Reply<T, S, F> | Reply<Problem, ProblemStatus, "json">);

/** A route that reads nothing. */
type Nothing = BlankEnv;
type Json<T> = { json: T };
type Named = { param: { head: string; name: string } };

/** Every route and method. */
export interface Api<H extends Heads = Heads> {
  "/": { $get: Route<Nothing, IndexAnswer> };
  "/predict": {
    $post: Route<
      Json<{ images: string[] }> & {
        query?: { topK?: string; version?: string };
      },
      PredictAnswer<H>
    >;
  };
  "/finetune": {
    $post: Route<
      Json<FinetuneBody<H>>,
      FinetuneAnswer<H>
    >;
  };
  "/labels": {
    $post: Route<
      Json<{ head: string; label: string; images: string[] }>,
      LabelChangeAnswer
    >;
  };
  "/labels/:head/:name": {
    $patch: Route<
      Named & Json<RenameBody>,
      LabelChangeAnswer
    >;
    $delete: Route<Named, LabelChangeAnswer>;
  };
  "/versions": {
    $get: Route<
      { query?: { limit?: string; before?: string } },
      VersionsAnswer
    >;
  };
  "/versions/:version": {
    $get: Route<
      { param: { version: string } },
      VersionAnswer
    >;
  };
  "/model": {
    $get: Route<
      { query?: { version?: string; since?: string } },
      Uint8Array,
      200,
      "body"
    >;
  };
  "/rollback": {
    $post: Route<
      Json<VersionBody>,
      RollbackAnswer
    >;
  };
  "/export": { $get: Route<Nothing, Uint8Array, 200, "body"> };
  "/import": { $post: Route<Nothing, ChangeAnswer> };
  "/tags/:name": {
    $put: Route<
      { param: { name: string } } & Json<VersionBody>,
      TagAnswer
    >;
    $delete: Route<{ param: { name: string } }, null, 204, "body">;
  };
  "/healthz": { $get: Route<Nothing, HealthAnswer> };
  "/readyz": { $get: Route<Nothing, ReadyAnswer> };
  "/metrics": { $get: Route<Nothing, string, 200, "text"> };
  "/openapi.json": { $get: Route<Nothing, Record<string, unknown>> };
  "/docs": { $get: Route<Nothing, string, 200, "text"> };
}

/** The app, for `hc<App>(url)`; the heads of its model may be named. */
export type App<H extends Heads = Heads> = Hono<
  BlankEnv,
  { [P in keyof Api<H>]: Api<H>[P] },
  "/"
>;
