/** `deno task bench`: measures how fast Tandem is on this machine. @module */

import { EXIT, runCommand } from "../../src/cli/command.ts";
import type { Command, Flags } from "../../src/cli/flags.ts";
import { isStep, type Line } from "./figures.ts";
import { markdownOf, textOf } from "./format.ts";
import { corrections } from "./corrections.ts";
import { entryOf, readHistory, record, worseThanBefore } from "./history.ts";
import { decode, descriptor } from "./image.ts";
import { kernels } from "./kernels.ts";
import { predict } from "./predict.ts";
import { findProcessor, type Processor } from "./processor.ts";
import { servers } from "./servers.ts";
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
  servers,
  corrections,
};
const NAMES = Object.keys(SUBJECTS) as (keyof typeof SUBJECTS)[];

const COMMAND: Command = {
  name: "bench",
  operands: "[flags]",
  summary:
    "Measures the training step, predictions on a server, the cold start and the parts\n" +
    "they are made of. Figures are medians of one run; MODEL names the weights file.\n" +
    "Says which processor it ran on.",
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
    record: { help: "Add the ratios to tests/bench/history.json." },
    check: {
      help:
        "Fail if a ratio is a tenth worse than the last on such a processor.",
    },
    json: { help: "Print one JSON object per line." },
    markdown: { help: "Print tables in Markdown." },
  },
};

await runCommand(COMMAND, async (flags) => {
  const print = printer(flags);
  const processor = await findProcessor();
  announce(flags, processor);
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
  const worse = flags.has("check")
    ? worseThanBefore(lines, processor, await readHistory())
    : [];
  for (const sentence of worse) console.error(sentence);
  if (flags.has("record")) {
    const date = new Date().toISOString().slice(0, 10);
    await record(entryOf(lines, processor, date));
  }
  return EXIT[worse.length === 0 ? "ok" : "failure"];
});

/** Says what the bench runs on: in JSON as its first line, otherwise beside the figures. */
function announce(flags: Flags, processor: Processor): void {
  const { kind, name, cores } = processor;
  if (flags.has("json")) {
    console.log(JSON.stringify({ bench: "processor", ...processor }));
  } else console.error(`${name} (${kind}), ${cores} cores`);
}

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
