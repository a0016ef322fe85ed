/** The OpenAPI document of an app, and answers judged by it. @module */

import { Ajv2020 } from "ajv/dist/2020.js";
import type { Hono } from "hono";

/** The parts of JSON Schema that the tests look into. */
export interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly items?: JsonSchema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
}

type Content = Readonly<Record<string, { readonly schema: JsonSchema }>>;

/** A route and method of the document. */
export interface DocumentedOperation {
  readonly security: unknown;
  readonly parameters: readonly {
    readonly in: string;
    readonly name: string;
    readonly schema: JsonSchema;
  }[];
  readonly requestBody?: { readonly content: Content };
  readonly responses: Readonly<
    Record<string, {
      readonly headers?: Readonly<Record<string, unknown>>;
      readonly content?: Content;
    }>
  >;
}

/** An OpenAPI document. */
export interface Document {
  readonly paths: Readonly<
    Record<string, Readonly<Record<string, DocumentedOperation>>>
  >;
  readonly components: { readonly schemas: Readonly<Record<string, unknown>> };
}

/** The document that an app serves. */
export async function documentOf(app: Hono): Promise<Document> {
  return await (await app.request("/openapi.json")).json();
}

/** What judges answers: it throws where the document does not allow one. */
export async function judgeOf(
  app: Hono,
): Promise<
  (method: string, path: string, response: Response) => Promise<void>
> {
  const document = await documentOf(app);
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  ajv.addSchema(document, "document");
  return async (method, path, response) => {
    const place = `${method} ${path} ${response.status}`;
    const answer = document.paths[path]?.[method]?.responses[response.status];
    if (answer === undefined) throw new Error(`${place} is not documented`);
    const body = await response.text();
    const type = (response.headers.get("Content-Type") ?? "").split(";")[0]!;
    if (answer.content === undefined) {
      if (body !== "") throw new Error(`${place} has a body`);
      return;
    }
    if (!(type in answer.content)) throw new Error(`${place} is ${type}`);
    if (!type.endsWith("json")) return;
    const pointer = [
      "paths",
      path,
      method,
      "responses",
      response.status,
      "content",
      type,
      "schema",
    ]
      .map((part) =>
        encodeURIComponent(
          String(part).replaceAll("~", "~0").replaceAll("/", "~1"),
        )
      );
    const valid = ajv.validate(
      { $ref: `document#/${pointer.join("/")}` },
      JSON.parse(body),
    );
    if (!valid) throw new Error(`${place}: ${ajv.errorsText()} in ${body}`);
  };
}
