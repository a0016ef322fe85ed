/** The output of `deno task finetune`. @module */

import { formatMany } from "../report/format.ts";
import type { FinetuneAnswer } from "../service/requests.ts";
import type { ExampleAnswer, LabelAnswer } from "../service/standings.ts";

/** A file that was written. */
interface Written {
  readonly file: string;
  readonly sha256: string;
}

/** Labels of one head, and how many of them its answers had right. */
interface Right {
  readonly labels: number;
  readonly before: number;
  readonly after: number;
}

/** The outcome of all requests as one JSON object. */
export function finetuneJson(
  answers: readonly FinetuneAnswer[],
  written: Written | undefined,
): string {
  const [first, last] = [answers[0], answers.at(-1)];
  return JSON.stringify({
    ...countsOf(answers),
    heads: Object.fromEntries(rightOf(answers)),
    reasons: reasonsOf(answers),
    version: { before: first?.version.before, after: last?.version.after },
    step: { before: first?.step.before, after: last?.step.after },
    ...(written && { weights: written.file, sha256: written.sha256 }),
  });
}

/** The outcome of all requests, in a dry run the expected one, line by line. */
export function finetuneText(
  answers: readonly FinetuneAnswer[],
  written: Written | undefined,
  dryRun = false,
): string {
  const { images, used, requests, accepted } = countsOf(answers);
  const heads = [...rightOf(answers)].map(([name, { labels, before, after }]) =>
    `  ${name}: right for ${before} of ${labels} before their request, ${after} after it`
  );
  return [
    `${dryRun ? "Would learn" : "Learned"} from ${used} of ${
      formatMany(images, "image")
    }; ${dryRun ? "would accept" : "accepted"} ${
      formatMany(accepted, "request")
    } of ${requests}.`,
    ...heads,
    ...Object.entries(reasonsOf(answers)).map(([reason, count]) =>
      `  ${count} × ${reason}`
    ),
    ...(written === undefined
      ? []
      : [`${written.file} (sha-256 ${written.sha256})`]),
  ].join("\n");
}

function countsOf(answers: readonly FinetuneAnswer[]) {
  const accepted = answers.filter((answer) => answer.accepted);
  const usedIn = ({ examples }: FinetuneAnswer) =>
    examples.filter(({ used }) => used).length;
  const sum = (counts: readonly number[]) =>
    counts.reduce((total, count) => total + count, 0);
  return {
    images: sum(answers.map(({ examples }) => examples.length)),
    used: sum(accepted.map(usedIn)),
    requests: answers.length,
    accepted: accepted.length,
  };
}

/** By the head's name; what a refused request would have taught does not count. */
function rightOf(answers: readonly FinetuneAnswer[]): Map<string, Right> {
  const heads = new Map<string, Right>();
  for (const { accepted, examples } of answers) {
    for (const [name, { rank }] of examples.flatMap(labelsOf)) {
      const { labels, before, after } = heads.get(name) ??
        { labels: 0, before: 0, after: 0 };
      const now = accepted ? rank.after : rank.before;
      heads.set(name, {
        labels: labels + 1,
        before: before + (rank.before === 1 ? 1 : 0),
        after: after + (now === 1 ? 1 : 0),
      });
    }
  }
  return heads;
}

function labelsOf(example: ExampleAnswer): [string, LabelAnswer][] {
  return Object.entries(example).filter((entry): entry is [
    string,
    LabelAnswer,
  ] => typeof entry[1] === "object" && entry[1] !== null);
}

/** Why requests were refused and images not used, and how often. */
function reasonsOf(
  answers: readonly FinetuneAnswer[],
): Record<string, number> {
  const reasons: Record<string, number> = {};
  const note = (reason: string | null) => {
    if (reason !== null) reasons[reason] = (reasons[reason] ?? 0) + 1;
  };
  for (const { reason, examples } of answers) {
    note(reason);
    for (const { reason } of examples) note(reason);
  }
  return reasons;
}
