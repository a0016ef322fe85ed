/** The OpenAPI 3.1 document. @module */

import { TITLES } from "../problem.ts";
import type { Schema } from "../schemas/field.ts";
import { problemSchema } from "../schemas/problem.ts";
import { REQUEST_ID, RETRY_AFTER, SERVER_TIMING } from "./headers.ts";
import { jsonSchema } from "./json_schema.ts";
import type { Answer, Content, Header, Json, Operation } from "./operation.ts";

/** Statuses of problems that every route may answer with. */
const ANYWHERE = [400, 405, 421, 429, 500, 503];
/** Statuses of problems that say when to try again. */
const PASSING = [409, 429, 503];

const KEYS: Readonly<Record<string, string>> = {
  predict:
    "PREDICT_KEY, if one is set; a key of FINETUNE_KEY or ADMIN_KEY will do.",
  finetune: "FINETUNE_KEY; a key of ADMIN_KEY will do.",
  admin: "ADMIN_KEY.",
};

/** Writes the document. `keyed` tells whether predictions ask for a key. */
export function openApiDocument(
  operations: readonly Operation[],
  keyed: boolean,
): Json {
  const paths: Record<string, Record<string, Json>> = {};
  for (const operation of operations) {
    paths[operation.path] ??= {};
    paths[operation.path]![operation.method] = operationJson(operation, keyed);
  }
  return {
    openapi: "3.1.1",
    info: {
      title: "Tandem",
      version: "1",
      summary: "An image classifier that learns from corrections.",
      license: { name: "MIT", identifier: "MIT" },
    },
    servers: [{ url: "/" }],
    tags: [...new Set(operations.map(({ tag }) => tag))]
      .map((name) => ({ name })),
    paths,
    components: {
      schemas: { Problem: jsonSchema(problemSchema) },
      securitySchemes: Object.fromEntries(
        Object.entries(KEYS).map(([role, description]) => [
          role,
          { type: "http", scheme: "bearer", description },
        ]),
      ),
    },
  };
}

function operationJson(operation: Operation, keyed: boolean): Json {
  const { id, tag, summary, description, role, body } = operation;
  const secured = role !== undefined && (role !== "predict" || keyed);
  return {
    operationId: id,
    tags: [tag],
    summary,
    ...(description && { description }),
    parameters: parametersOf(operation),
    ...(body && { requestBody: { required: true, content: contentOf(body) } }),
    responses: {
      ...Object.fromEntries(
        Object.entries(operation.answers).map(([status, answer]) =>
          [status, answerJson(answer)] as const
        ),
      ),
      ...problemsOf(operation.problems ?? []),
    },
    security: secured ? [{ [role]: [] }] : [],
  };
}

function parametersOf({ params = {}, query, headers = {} }: Operation): Json[] {
  const { properties = {} } = query === undefined
    ? {}
    : jsonSchema(query) as { properties?: Record<string, Json> };
  return [
    ...Object.entries(params).map(([name, schema]) =>
      parameter("path", name, jsonSchema(schema), true)
    ),
    ...Object.entries(properties).map(([name, schema]) =>
      parameter("query", name, schema, false)
    ),
    ...Object.entries(headers).map(([name, header]) => ({
      ...headerJson(header),
      in: "header",
      name,
      required: false,
    })),
  ];
}

function parameter(
  place: "path" | "query",
  name: string,
  { description, ...schema }: Json,
  required: boolean,
): Json {
  return {
    in: place,
    name,
    required,
    ...(description === undefined ? {} : { description }),
    schema,
  };
}

function headerJson({ description, schema }: Header): Json {
  return { description, schema: schema ?? { type: "string" } };
}

function answerJson({ description, content, headers = {} }: Answer): Json {
  const all = {
    "X-Request-Id": REQUEST_ID,
    "Server-Timing": SERVER_TIMING,
    ...headers,
  };
  return {
    description,
    headers: headersJson(all),
    ...(content && { content: contentOf(content) }),
  };
}

function headersJson(headers: Readonly<Record<string, Header>>): Json {
  return Object.fromEntries(
    Object.entries(headers).map(([name, header]) => [name, headerJson(header)]),
  );
}

function contentOf(content: Content): Json {
  return Object.fromEntries(
    Object.entries(content).map(([type, schema]) => [
      type,
      { schema: isSchema(schema) ? jsonSchema(schema) : schema },
    ]),
  );
}

function isSchema(schema: Schema | Json): schema is Schema {
  return schema.kind === "schema";
}

function problemsOf(statuses: readonly number[]): Json {
  const all = [...new Set([...ANYWHERE, ...statuses])].sort((a, b) => a - b);
  return Object.fromEntries(all.map((status) => [status, {
    description: TITLES[status],
    headers: headersJson({
      "X-Request-Id": REQUEST_ID,
      ...(PASSING.includes(status) && { "Retry-After": RETRY_AFTER }),
    }),
    content: {
      "application/problem+json": {
        schema: { $ref: "#/components/schemas/Problem" },
      },
    },
  }]));
}
