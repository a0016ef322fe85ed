/** `deno task predict`: says what images show. @module */

import { ImageError } from "../errors.ts";
import { COMMAND_LIMITS } from "../image/limits.ts";
import type { HeadAnswer } from "../heads/kinds.ts";
import { formatPercent, formatQuantity } from "../report/format.ts";
import type { Prediction } from "../service/answers.ts";
import { Describer } from "../service/describer.ts";
import { ServingNetwork } from "../service/network.ts";
import { EXIT, runCommand } from "./command.ts";
import { type Command, type Flags, UsageError } from "./flags.ts";
import { SHIPPED_WEIGHTS } from "../service/settings.ts";
import { loadServingModel } from "./weights.ts";

const COMMAND: Command = {
  name: "predict",
  operands: "IMAGE… [flags]",
  summary: "Says what each image shows: an answer of every head of the model.",
  flags: {
    weights: { value: "FILE", help: "The model (the shipped one)." },
    "top-k": { value: "N", help: "Classes to list per head (5)." },
    json: { help: "Print one JSON object on stdout." },
  },
};

/** An image's path and what every head says of it. */
interface Result extends Prediction {
  readonly image: string;
}

/** What fewer than one in a hundred of the images look like that the model knows. */
const STRANGE = 0.01;

if (import.meta.main) await runCommand(COMMAND, predict);

async function predict(flags: Flags): Promise<number> {
  if (flags.operands.length === 0) {
    throw new UsageError(
      "Cannot predict: expected at least one IMAGE, got none",
    );
  }
  const topK = flags.integer("top-k", 5, 1);
  const model = await loadServingModel(
    flags.text("weights") ?? SHIPPED_WEIGHTS,
  );
  const describer = await Describer.create(model.preprocessing, COMMAND_LIMITS);
  const network = await ServingNetwork.create(model);
  const results: Result[] = [];
  for (const image of flags.operands) {
    const descriptor = await describer.describe(await readImage(image)).catch(
      (error) => {
        if (!(error instanceof ImageError)) throw error;
        throw new ImageError(error.reason, `${image}: ${error.message}`, {
          cause: error,
        });
      },
    );
    const [prediction] = network.predict(model, [descriptor], topK);
    results.push({ image, ...prediction! });
  }
  if (flags.has("json")) console.log(jsonOf(results));
  else for (const result of results) console.log(textOf(result));
  return EXIT.ok;
}

async function readImage(path: string): Promise<Uint8Array> {
  try {
    return await Deno.readFile(path);
  } catch (error) {
    throw new ImageError(
      "malformed",
      `Cannot read ${path}: expected an image file, got ${
        (error as Error).message
      }`,
      { cause: error },
    );
  }
}

function jsonOf(results: readonly Result[]): string {
  const predictions = results.map(({ image, known, answers }) => ({
    image,
    known,
    ...answers,
  }));
  return JSON.stringify({ predictions });
}

function textOf({ image, known, answers }: Result): string {
  const entries = Object.entries(answers);
  const width = Math.max(...entries.map(([name]) => name.length));
  return [
    known !== null && known < STRANGE
      ? `${image}  (looks like nothing that the model knows)`
      : image,
    ...entries.map(([name, answer]) =>
      `  ${name.padEnd(width)}  ${answerText(answer)}`
    ),
  ].join("\n");
}

/** An answer of any kind: the likeliest classes, yes or no, or a quantity. */
function answerText(answer: HeadAnswer): string {
  if ("value" in answer) {
    const { value, deviation, unit = "" } = answer;
    return `${formatQuantity(value)} ± ${formatQuantity(deviation)} ${unit}`
      .trimEnd();
  }
  const guesses = "top" in answer ? answer.top : [answer];
  return guesses.map(({ label, probability }) =>
    `${label} ${formatPercent(probability)}`
  ).join(", ");
}
