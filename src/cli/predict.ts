/** `deno task predict`: predicts images. @module */

import { IMAGE_ENDINGS, isImageName } from "../data/file_types.ts";
import { listingWarnings, otherFileWarnings } from "../data/folder_warnings.ts";
import { type FoundFile, listFolder, type Listing } from "../data/listing.ts";
import { DataError, ImageError } from "../errors.ts";
import { DEFAULT_TOP_K } from "../service/answers.ts";
import { SHIPPED_WEIGHTS } from "../service/settings.ts";
import { type Ask, withAnswers } from "./answering.ts";
import { EXIT, runCommand } from "./command.ts";
import { type Command, type Flags, UsageError } from "./flags.ts";
import { csvOf, jsonOf, type Result, textOf } from "./prediction_text.ts";
import { sayLines, tellLine } from "./stderr.ts";

const COMMAND: Command = {
  name: "predict",
  operands: "IMAGE|DIR… [flags]",
  summary:
    "Predicts images: prints the answers of all heads for each of them. An image that " +
    "cannot be read is named on stderr; the others are predicted, and the exit code is 3.",
  flags: {
    weights: { value: "FILE", help: "The model (the shipped one)." },
    store: {
      value: "STORE",
      help:
        "Predict by the newest version in a server's store, or by its URL (with PREDICT_KEY, if it has one).",
    },
    "top-k": {
      value: "N",
      help: `Classes to list per head (${DEFAULT_TOP_K}).`,
    },
    json: { help: "Print one JSON object on stdout." },
    csv: { help: "Print a table on stdout, a row per image." },
  },
};

if (import.meta.main) await runCommand(COMMAND, predict);

async function predict(flags: Flags, signal: AbortSignal): Promise<number> {
  if (flags.operands.length === 0) {
    throw new UsageError(
      "Cannot predict: expected at least one IMAGE or DIR, got none",
    );
  }
  if (flags.has("json") && flags.has("csv")) {
    throw new UsageError("Cannot print: expected --json or --csv, got both");
  }
  const found = await Promise.all(flags.operands.map(imagesAt));
  const images = found.flatMap(({ images }) => images);
  for (const { problems } of found) problems.forEach(tellLine);
  const results = await withAnswers({
    weights: flags.text("weights") ?? SHIPPED_WEIGHTS,
    store: flags.text("store"),
    topK: flags.integer("top-k", DEFAULT_TOP_K, 1),
  }, (ask) => predictAll(images, ask, signal));
  if (results.length > 0) print(results, flags);
  if (signal.aborted) {
    tellLine(`Interrupted: predicted ${results.length} of ${images.length}.`);
    return EXIT.interrupted;
  }
  const isWhole = results.length === images.length &&
    found.every(({ isWhole }) => isWhole);
  return isWhole ? EXIT.ok : EXIT.badData;
}

/**
 * The results of the images that can be read, in their order; names the others on
 * stderr. After an interruption those until then.
 */
async function predictAll(
  images: readonly string[],
  ask: Ask,
  signal: AbortSignal,
): Promise<Result[]> {
  const results: Result[] = [];
  for (const image of images) {
    if (signal.aborted) break;
    try {
      const bytes = await readImage(image);
      const prediction = await located(image, () => ask(bytes));
      results.push({ image, ...prediction });
    } catch (error) {
      if (!(error instanceof ImageError)) throw error;
      tellLine(error.message);
    }
  }
  return results;
}

function print(results: readonly Result[], flags: Flags): void {
  if (flags.has("json")) console.log(jsonOf(results));
  else if (flags.has("csv")) console.log(csvOf(results));
  else for (const result of results) sayLines(textOf(result));
}

/** The images that an operand names. */
interface Found {
  readonly images: readonly string[];
  /** What is passed over, and why. */
  readonly problems: readonly string[];
  /** False if images may be missing, or all are. */
  readonly isWhole: boolean;
}

/** The path itself; for a folder, its images in the order of their names. */
async function imagesAt(path: string): Promise<Found> {
  const isFolder = await Deno.stat(path).then(
    ({ isDirectory }) => isDirectory,
    () => false, // reading it says what is wrong
  );
  if (!isFolder) return { images: [path], problems: [], isWhole: true };
  try {
    return imagesIn(path.replace(/\/+$/, ""), await listFolder(path));
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    return { images: [], problems: [error.message], isWhole: false };
  }
}

function imagesIn(folder: string, listing: Listing): Found {
  const { files, passedOver } = listing;
  const isImage = ({ path }: FoundFile) => isImageName(path);
  const images = files.filter(isImage).map(({ path }) => `${folder}/${path}`);
  const others = files.filter((file) => !isImage(file));
  const problems = [...listingWarnings(listing), ...otherFileWarnings(others)]
    .map((warning) => `Warning: ${folder}: ${warning}`);
  if (images.length === 0) {
    problems.push(
      `Cannot predict ${folder}: expected a folder with images (*.${IMAGE_ENDINGS}), got none`,
    );
  }
  const isWhole = images.length > 0 && passedOver.closed.length === 0;
  return { images, problems, isWhole };
}

async function readImage(path: string): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return await Deno.readFile(path);
  } catch (error) {
    throw new ImageError(
      "malformed",
      `Cannot read ${path}: expected an image file, ${
        error instanceof Deno.errors.NotFound
          ? "found none"
          : `got ${(error as Error).message}`
      }`,
      { cause: error },
    );
  }
}

/** Adds the name of the image to its errors. */
async function located<T>(image: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof ImageError)) throw error;
    throw new ImageError(error.reason, `${image}: ${error.message}`, {
      cause: error,
    });
  }
}
