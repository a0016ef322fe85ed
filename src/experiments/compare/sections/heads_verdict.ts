/** One network beside a network per head, in words that the numbers choose. @module */

import type { HeadSpec } from "../../../heads/kinds.ts";
import { formatPercent } from "../../../report/format.ts";
import { mainMetric } from "../../../report/metrics.ts";
import { metricIn, writeDifference } from "../../quality.ts";
import { mean, pairedDifference } from "../../statistics.ts";
import { listed } from "../../words.ts";
import type { HeadsResult } from "../heads.ts";

/** The advantage of one network over a network for each head, by head. */
interface Lead {
  readonly head: HeadSpec;
  /** The mean difference over the seeds, negative where it is worse; NaN where a seed has no value. */
  readonly mean: number;
  /** Seeds whose difference has the sign of the mean. */
  readonly agreeing: number;
}

/** Says who is ahead at which head, in how many seeds, and what each way costs. */
export function headsVerdict(
  heads: readonly HeadSpec[],
  one: HeadsResult,
  several: HeadsResult,
): string {
  const seeds = one.runs.length;
  const leads = heads.map((head) => leadOf(head, one, several));
  const ahead = (who: string, sign: number) =>
    said(leads.filter(({ mean }) => mean * sign > 0), `${who} ahead`, seeds);
  const parts = [
    ...ahead("networks of their own are", -1),
    ...ahead("the shared network is", 1),
    ...said(leads.filter(({ mean }) => !(mean * mean > 0)), "neither is ahead"),
  ];
  const chance = leads.some(({ agreeing }) => agreeing < seeds)
    ? " What is not so in every seed may be chance."
    : "";
  return `In the mean over ${seeds} seeds, ${parts.join("; ")}.${chance} ${
    costs(one, several)
  }`;
}

function leadOf(head: HeadSpec, one: HeadsResult, several: HeadsResult): Lead {
  const [shared, own] = [one, several].map(({ runs }) =>
    runs.map(({ heads }) => metricIn(head, heads))
  ) as [number[], number[]];
  const { mean } = pairedDifference(shared, own);
  const agreeing = shared.filter((value, n) =>
    Math.sign(value - own[n]!) === Math.sign(mean)
  );
  return { head, mean, agreeing: agreeing.length };
}

/** "networks of their own are ahead on item by 0.8 points (in 2 of 3 seeds)". */
function said(leads: readonly Lead[], what: string, seeds?: number): string[] {
  if (leads.length === 0) return [];
  const entries = leads.map(({ head, mean, agreeing }) => {
    if (seeds === undefined) return head.name;
    const unit = mainMetric(head).style === "percent" ? " points" : "";
    const often = agreeing === seeds
      ? "in every seed"
      : `in ${agreeing} of ${seeds} seeds`;
    return `${head.name} by ${writeDifference(head, mean)}${unit} (${often})`;
  });
  return [`${what} on ${listed(entries)}`];
}

function costs(one: HeadsResult, several: HeadsResult): string {
  const share = (of: (way: HeadsResult) => number) =>
    formatPercent(of(one) / of(several), 0);
  return `The shared network has ${
    share(({ parameters }) => parameters)
  } of the parameters, takes ${
    share(({ runs }) => mean(runs.map(({ seconds }) => seconds)))
  } of the training time and answers in one pass instead of ${several.networks}.`;
}
