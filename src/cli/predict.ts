/** `deno task predict`: says what pictures show. @module */

import { ImageError } from "../errors.ts";
import { COMMAND_LIMITS } from "../image/limits.ts";
import { type Prediction, predictionOf } from "../service/answers.ts";
import { Describer } from "../service/describer.ts";
import { ServingNetwork } from "../service/network.ts";
import { EXIT, runCommand } from "./command.ts";
import { type Command, type Flags, UsageError } from "./flags.ts";
import { loadServingModel, SHIPPED_WEIGHTS } from "./weights.ts";

const COMMAND: Command = {
  name: "predict",
  operands: "IMAGE… [flags]",
  summary:
    "Says which item each picture shows, and which domain it comes from.",
  flags: {
    weights: { value: "FILE", help: "The model (the shipped one)." },
    "top-k": { value: "N", help: "Classes to list per head (5)." },
    json: { help: "Print one JSON object on stdout." },
  },
};

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
  const results: (Prediction & { image: string })[] = [];
  for (const image of flags.operands) {
    const descriptor = await describer.describe(await readImage(image)).catch(
      (error) => {
        if (!(error instanceof ImageError)) throw error;
        throw new ImageError(error.reason, `${image}: ${error.message}`, {
          cause: error,
        });
      },
    );
    const [probabilities] = network.predict(model.parameters, [descriptor]);
    results.push({
      image,
      ...predictionOf(probabilities!, model.labels, topK),
    });
  }
  if (flags.has("json")) console.log(JSON.stringify({ predictions: results }));
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

function textOf(
  { image, item, domain }: Prediction & { image: string },
): string {
  const list = ({ top }: Prediction["item"]) =>
    top.map(({ label, probability }) =>
      `${label} ${(100 * probability).toFixed(1)} %`
    ).join(", ");
  return `${image}\n  item    ${list(item)}\n  domain  ${list(domain)}`;
}
