/** The ways that are compared, and what was published for the same protocol. @module */

import {
  asTrained,
  corrections,
  discriminants,
  labelPropagation,
  type Method,
} from "./methods.ts";

/** One way to adapt. */
export interface Way {
  readonly name: string;
  /** A description, in words. */
  readonly meaning: string;
  /** The trunk it works on: trained on the source alone, or on both domains. */
  readonly trunk: "source" | "joint";
  readonly method: Method;
}

/** From the least work to the most. */
export const WAYS: readonly Way[] = [
  {
    name: "source only",
    meaning: "the model as it was trained on the source",
    trunk: "source",
    method: asTrained,
  },
  {
    name: "corrections",
    meaning:
      "the same model, corrected as the service does it, by a client that is trusted, asks for a margin of 4 and sends everything twice",
    trunk: "source",
    method: corrections,
  },
  {
    name: "discriminants",
    meaning:
      "its head replaced by linear discriminants on source and target images, each of these counting five times",
    trunk: "source",
    method: discriminants,
  },
  {
    name: "label propagation",
    meaning:
      "labels that spread from labelled to unlabelled images; all target images are seen at once",
    trunk: "source",
    method: labelPropagation,
  },
  {
    name: "joint training",
    meaning:
      "the model trained on, trunk and head, on source and labelled target images",
    trunk: "joint",
    method: asTrained,
  },
  {
    name: "joint, then discriminants",
    meaning: "that model's head replaced by linear discriminants",
    trunk: "joint",
    method: discriminants,
  },
];

/** An accuracy from the literature. */
export interface Published {
  readonly name: string;
  readonly source: string;
  readonly accuracy: number;
}

const DANN = {
  name: "DaNN",
  source: "Ghifary, Kleijn, Zhang 2014 (arXiv:1409.6041)",
};
const NBNN = {
  name: "DA-NBNN",
  source: "Tommasi, Caputo 2013 (doi:10.1109/ICCV.2013.116)",
};

/** Accuracies on Office-31 with three shots, by networks and features without deep pretraining. */
const PUBLISHED: Readonly<Record<string, readonly Published[]>> = {
  "amazon webcam": [
    { ...DANN, accuracy: 0.536 },
    { ...NBNN, accuracy: 0.528 },
  ],
  "dslr webcam": [
    { ...DANN, accuracy: 0.712 },
    { ...NBNN, accuracy: 0.766 },
  ],
  "webcam dslr": [
    { ...DANN, accuracy: 0.835 },
    { ...NBNN, accuracy: 0.762 },
  ],
};

/** Shots of the published accuracies. */
export const PUBLISHED_SHOTS = 3;

/** The published accuracies for a pair of domains; none unless they are Office-31's. */
export function publishedOf(
  source: string,
  target: string,
): readonly Published[] {
  return PUBLISHED[`${source} ${target}`] ?? [];
}
