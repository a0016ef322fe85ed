/** `deno task bench`: measures how fast Tandem is on this machine. @module */

import { EXIT, runCommand } from "../../src/cli/command.ts";
import type { Command, Flags } from "../../src/cli/flags.ts";
import { isStep, type Line } from "./figures.ts";
import { markdownOf, textOf } from "./format.ts";
import { corrections } from "./corrections.ts";
import { decode, descriptor } from "./image.ts";
import { kernels } from "./kernels.ts";
import { predict } from "./predict.ts";
import { start } from "./start.ts";
import { step } from "./step.ts";
import { store } from "./store.ts";
import type { Subject } from "./subject.ts";

/** What can be measured, in the order in which it is. */
const SUBJECTS = {
  step,
  predict,
  start,
  kernels,
  decode,
  descriptor,
  store,
  corrections,
};
const NAMES = Object.keys(SUBJECTS) as (keyof typeof SUBJECTS)[];

const COMMAND: Command = {
  name: "bench",
  operands: "[flags]",
  summary:
    "Measures the training step, predictions on a server, the cold start and the parts\n" +
    "they are made of. Figures are medians of one run; MODEL names the weights file.",
  flags: {
    only: { value: "NAME", help: `Measure one of ${NAMES.join(", ")}.` },
    peers: {
      value: "FOLDER",
      help:
        "Run FOLDER/torch_step.py and FOLDER/tfjs_step.ts in turn with ours.",
    },
    data: {
      value: "FOLDER",
      help:
        "Measure corrections on these photographs, by models trained without some.",
    },
    rounds: { value: "N", help: "Rounds of steps and starts, 3 by default." },
    json: { help: "Print one JSON object per line." },
    markdown: { help: "Print tables in Markdown." },
  },
};

await runCommand(COMMAND, async (flags) => {
  const print = printer(flags);
  const request = {
    peers: flags.text("peers"),
    data: flags.text("data"),
    rounds: flags.integer("rounds", 3, 1),
    note: (text: string) => console.error(text),
  };
  const only = flags.has("only")
    ? [flags.choice("only", NAMES, "step")]
    : NAMES;
  const lines: Line[] = [];
  for (const name of only) {
    const subject: Subject = SUBJECTS[name];
    for await (const line of subject(request)) {
      print(line);
      lines.push(line);
    }
  }
  if (flags.has("markdown")) console.log(markdownOf(lines));
  return EXIT.ok;
});

/** Prints a line as soon as it is there; Markdown waits for all of them. */
function printer(flags: Flags): (line: Line) => void {
  if (flags.has("json")) {
    return (line) =>
      console.log(
        JSON.stringify(isStep(line) ? { bench: "step", ...line } : line),
      );
  }
  const write = flags.has("markdown") ? console.error : console.log;
  return (line) => write(textOf(line));
}
