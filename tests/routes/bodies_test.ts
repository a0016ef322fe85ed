// The types of bodies are those of the schemas that check them. It is the check of
// the types that tests it; what runs tests that a difference would be seen.

import { assert } from "@std/assert";
import type { GenericSchema, InferInput, InferOutput } from "valibot";
import type * as bodies from "../../routes/bodies.ts";
import type * as admin from "../../routes/schemas/admin.ts";
import type * as finetune from "../../routes/schemas/finetune.ts";
import type * as labels from "../../routes/schemas/labels.ts";
import type { problemSchema } from "../../routes/schemas/problem.ts";
import type * as server from "../../routes/schemas/server.ts";
import type * as versions from "../../routes/schemas/versions.ts";
import type { FinetuneAnswer } from "../../src/service/requests.ts";

/** A type without `readonly`, all the way down, as one object. */
type Plain<T> = T extends object ? { -readonly [K in keyof T]: Plain<T[K]> }
  : T;

/** True where two types are the same. */
type Same<A, B> = (<T>() => T extends Plain<A> ? 1 : 2) extends
  (<T>() => T extends Plain<B> ? 1 : 2) ? true : false;

type Answers<S extends GenericSchema, T> = Same<InferOutput<S>, T>;

type Options = {
  [O in keyof typeof finetune.finetuneOptions]?: InferInput<
    (typeof finetune.finetuneOptions)[O]
  >;
};

type FinetuneSchema = InferOutput<ReturnType<typeof finetune.finetuneAnswer>>;

/** Each is `true`, or this does not compile. */
const SAME: [
  Answers<typeof problemSchema, bodies.Problem>,
  Answers<typeof server.indexAnswer, bodies.IndexAnswer>,
  Answers<typeof server.healthAnswer, bodies.HealthAnswer>,
  Answers<typeof server.readyAnswer, bodies.ReadyAnswer>,
  Answers<typeof labels.labelAnswer, bodies.LabelChangeAnswer>,
  Answers<typeof labels.renameBody, bodies.RenameBody>,
  Answers<typeof admin.versionBody, bodies.VersionBody>,
  Answers<typeof admin.importAnswer, bodies.ChangeAnswer>,
  Answers<typeof admin.rollbackAnswer, bodies.RollbackAnswer>,
  Answers<typeof admin.tagAnswer, bodies.TagAnswer>,
  Answers<typeof versions.versionsAnswer, bodies.VersionsAnswer>,
  Answers<typeof versions.versionAnswer, bodies.VersionAnswer>,
  Same<Options, bodies.FinetuneOptions>,
  Same<FinetuneSchema["refusal"], FinetuneAnswer["refusal"]>,
] = [
  true,
  true,
  true,
  true,
  true,
  true,
  true,
  true,
  true,
  true,
  true,
  true,
  true,
  true,
];

Deno.test("types that differ are told apart, and those that do not are not", () => {
  const different: Same<{ a: string; b?: number }, { a: string }> = false;
  const optional: Same<{ a?: string }, { a: string | undefined }> = false;
  const inner: Same<{ a: { b: 1 }[] }, { a: { b: 2 }[] }> = false;
  const same: Same<{ readonly a: readonly string[] }, { a: string[] }> = true;
  assert(SAME.every((each) => each) && same);
  assert(!different && !optional && !inner);
});
