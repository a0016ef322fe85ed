/** One network with two heads, two networks with one head each, or one network for every pair. @module */

import { featureCount, parameterCount, type Sizes } from "../../model/sizes.ts";
import { adamw } from "../../optim/adam.ts";
import type { Examples } from "../../train/batch.ts";
import type { Recipe } from "../../train/plan.ts";
import { MASKED } from "../../train/loss.ts";
import { PLAIN_RECIPE } from "./recipe.ts";
import {
  decisions,
  type Material,
  mean,
  runTrial,
  shareRight,
  type Trial,
} from "./trial.ts";

/** What one way of asking both questions came to. */
export interface HeadsResult {
  readonly name: string;
  readonly classes: string;
  readonly parameters: number;
  /** Mean over the seeds. */
  readonly seconds: number;
  /** Shares of the test pictures that were right, one entry per seed. */
  readonly item: readonly number[];
  readonly domain: readonly number[];
  readonly both: readonly number[];
}

/** A way of asking both questions. */
interface Way {
  readonly name: string;
  readonly classes: string;
  readonly networks: readonly {
    readonly sizes: Sizes;
    readonly examples: Examples;
  }[];
  readonly decide: (
    ...trials: Trial[]
  ) => { readonly item: Int32Array; readonly domain: Int32Array };
}

const RECIPE: Recipe = {
  ...PLAIN_RECIPE,
  epochs: 15,
  schedule: "one-cycle",
  learningRate: 1e-3,
  hiddenDropout: 0.5,
  inputDropout: 0.2,
};

/** Networks that {@linkcode compareHeads} trains per seed. */
export const NETWORKS_PER_SEED = 4;

/** Compares the three with the same trunk, recipe and seeds; `onTrial` is called after each network. */
export async function compareHeads(
  material: Material,
  sizes: Sizes,
  seeds: readonly number[],
  onTrial: () => void,
): Promise<HeadsResult[]> {
  const results: HeadsResult[] = [];
  for (const way of waysOf(material.examples, sizes)) {
    const runs: Trial[][] = [];
    for (const seed of seeds) {
      const trials: Trial[] = [];
      for (const { sizes, examples } of way.networks) {
        trials.push(
          await runTrial({ ...material, examples }, {
            sizes,
            optimizer: adamw({ weightDecay: 0.05 }),
            recipe: { ...RECIPE, seed },
          }),
        );
        onTrial();
      }
      runs.push(trials);
    }
    results.push(resultOf(material, way, runs));
  }
  return results;
}

/** A head that a network does not need has one class and no labels: it neither learns nor counts. */
function waysOf(examples: Examples, sizes: Sizes): Way[] {
  const { domains, items } = sizes;
  const masked = () => MASKED;
  const domainOf = (row: number) => examples.domainOf(row);
  const itemOf = (row: number) => examples.itemOf(row);
  const pairOf = (row: number) => domainOf(row) * items + itemOf(row);
  return [
    {
      name: "two heads",
      classes: `${domains} + ${items}`,
      networks: [{ sizes, examples }],
      decide: (trial) => ({
        item: decisions(trial!.test.item),
        domain: decisions(trial!.test.domain),
      }),
    },
    {
      name: "two networks",
      classes: `${domains} and ${items}`,
      networks: [
        {
          sizes: { ...sizes, domains: 1 },
          examples: { ...relabelled(examples), domainOf: masked, itemOf },
        },
        {
          sizes: { ...sizes, items: 1 },
          examples: { ...relabelled(examples), domainOf, itemOf: masked },
        },
      ],
      decide: (first, second) => ({
        item: decisions(first!.test.item),
        domain: decisions(second!.test.domain),
      }),
    },
    {
      name: "all pairs",
      classes: `${domains * items}`,
      networks: [{
        sizes: { ...sizes, domains: 1, items: domains * items },
        examples: { ...relabelled(examples), domainOf: masked, itemOf: pairOf },
      }],
      decide: (trial) => {
        const pairs = decisions(trial!.test.item);
        return {
          item: pairs.map((pair) => pair % items),
          domain: pairs.map((pair) => Math.floor(pair / items)),
        };
      },
    },
  ];
}

function relabelled(
  examples: Examples,
): Pick<Examples, "length" | "views" | "read"> {
  const { length, views } = examples;
  return {
    length,
    views,
    read: (row, view, out) => examples.read(row, view, out),
  };
}

function resultOf(
  { examples, rows }: Material,
  { name, classes, networks, decide }: Way,
  runs: readonly Trial[][],
): HeadsResult {
  const truth = {
    item: Int32Array.from(rows.test, (row) => examples.itemOf(row)),
    domain: Int32Array.from(rows.test, (row) => examples.domainOf(row)),
  };
  const decided = runs.map((trials) => decide(...trials));
  return {
    name,
    classes,
    parameters: networks.reduce(
      (sum, { sizes }) => sum + usefulParameters(sizes),
      0,
    ),
    seconds: mean(
      runs.map((trials) =>
        trials.reduce((sum, { seconds }) => sum + seconds, 0)
      ),
    ),
    item: decided.map(({ item }) => shareRight(item, truth.item)),
    domain: decided.map(({ domain }) => shareRight(domain, truth.domain)),
    both: decided.map(({ item, domain }) =>
      shareRight(
        item.map((answer, n) => domain[n] === truth.domain[n] ? answer : -2),
        truth.item,
      )
    ),
  };
}

/** Parameters without those of heads that have one class, which decide nothing. */
function usefulParameters(sizes: Sizes): number {
  const idle = [sizes.domains, sizes.items].filter((classes) => classes === 1);
  return parameterCount(sizes) - idle.length * (featureCount(sizes) + 1);
}
