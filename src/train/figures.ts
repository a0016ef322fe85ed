/** An evaluation as the plain figures that commands print and model cards show. @module */

import type { Evaluation, HeadEvaluation } from "./evaluate.ts";

/** Figures of one head. */
export interface HeadFigures {
  readonly accuracy: number;
  readonly loss: number;
  readonly ece: number;
}

/** Figures of a set of pictures. */
export interface Figures {
  readonly images: number;
  readonly domain: HeadFigures;
  readonly item: HeadFigures;
  /** Item accuracy within each capture domain that has pictures. */
  readonly perDomain: Readonly<
    Record<
      string,
      { readonly images: number; readonly item: { readonly accuracy: number } }
    >
  >;
}

/** The figures of an evaluation; `domainLabels` and `itemLabels` are the true classes of its pictures. */
export function figuresOf(
  evaluation: Evaluation,
  domainLabels: Int32Array,
  itemLabels: Int32Array,
  domains: readonly string[],
): Figures {
  const perDomain = domains.map((name, domain) => {
    let images = 0;
    let right = 0;
    domainLabels.forEach((label, n) => {
      if (label !== domain) return;
      images++;
      if (evaluation.item.predicted[n] === itemLabels[n]) right++;
    });
    return [name, {
      images,
      item: { accuracy: images === 0 ? 0 : right / images },
    }] as const;
  });
  return {
    images: evaluation.item.predicted.length,
    domain: headFigures(evaluation.domain),
    item: headFigures(evaluation.item),
    perDomain: Object.fromEntries(
      perDomain.filter(([, { images }]) => images > 0),
    ),
  };
}

/** The figures of one head, without what it said of each picture. */
export function headFigures(
  { accuracy, loss, ece }: HeadEvaluation,
): HeadFigures {
  return { accuracy, loss, ece };
}
