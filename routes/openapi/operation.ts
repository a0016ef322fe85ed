/** The description of one route and method, from which the OpenAPI document is written. @module */

import type { Schema } from "../schemas/field.ts";

/** JSON Schema, where there is no schema of ours. */
export type Json = Readonly<Record<string, unknown>>;

/** Schemas of a body by media type. */
export type Content = Readonly<Record<string, Schema | Json>>;

/** A header of a request or an answer. */
export interface Header {
  readonly description: string;
  readonly schema?: Json;
}

/** An answer other than an error. */
export interface Answer {
  readonly description: string;
  readonly content?: Content;
  readonly headers?: Readonly<Record<string, Header>>;
}

/** The key that a route needs; `predict` only if PREDICT_KEY is set. */
export type Role = "predict" | "finetune" | "admin";

/** A route and method. */
export interface Operation {
  readonly id: string;
  readonly method: "get" | "post" | "put" | "patch" | "delete";
  /** With parameters in braces. */
  readonly path: string;
  readonly tag: string;
  readonly summary: string;
  readonly description?: string;
  readonly role?: Role;
  readonly params?: Readonly<Record<string, Schema>>;
  /** An object of optional fields. */
  readonly query?: Schema;
  readonly headers?: Readonly<Record<string, Header>>;
  readonly body?: Content;
  readonly answers: Readonly<Record<number, Answer>>;
  /** Statuses of problems, besides those that any route may answer with. */
  readonly problems?: readonly number[];
}
