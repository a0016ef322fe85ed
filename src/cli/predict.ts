/** `deno task predict`: says what pictures show. @module */

import { createArena } from "../kernels/arena.ts";
import { decodeImage } from "../image/decode.ts";
import { allocateDescriber, describe } from "../image/descriptor.ts";
import { PLAIN_VIEW } from "../image/view.ts";
import { forward } from "../model/network.ts";
import type { ModelState } from "../model/state.ts";
import type { Evaluator } from "../train/trainer.ts";
import { EXIT, runCommand } from "./command.ts";
import { type Command, type Flags, UsageError } from "./flags.ts";
import { loadEvaluator, SHIPPED_WEIGHTS } from "./weights.ts";

const COMMAND: Command = {
  name: "predict",
  operands: "IMAGE… [flags]",
  summary: "Says which item a picture shows, and which domain it was taken in.",
  flags: {
    weights: { value: "FILE", help: "The model (the shipped one)." },
    "top-k": { value: "N", help: "Classes to list per head (5)." },
    json: { help: "Print one JSON object on stdout." },
  },
};
