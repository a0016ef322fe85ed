/** Changes of labels: new, renamed and retired ones. @module */

import { examplesFrom, parametersOf } from "../correction/heads.ts";
import type { ClassesHead } from "../heads/classes.ts";
import type { ClassesCalibration } from "../heads/classes_calibration.ts";
import { UNKNOWN } from "../heads/head.ts";
import type { HeadSpec } from "../heads/kinds.ts";
import { layerOf } from "../model/sizes.ts";
import type { Draft, Tensor } from "../store/draft.ts";
import type { HeadsRecord, Manifest } from "../store/manifest.ts";
import { featuresTensor, labelsByName } from "./change_log.ts";
import { type Corrections, guardRecord } from "./corrections.ts";
import {
  type Changed,
  changedFrom,
  type ChangeOptions,
  type Editor,
  type Proposal,
} from "./editor.ts";
import { headShapes, headsOf, ownHeads, withHeads } from "./heads.ts";
import { cleaned, grown, renamed, retired } from "./label_heads.ts";
import type { Parameters, ServingNetwork } from "./network.ts";
import type { FeatureRows } from "./pool.ts";
import { checkSound } from "./requests.ts";
import { momentTensors, parameterTensors, restOfCorrection } from "./tuned.ts";
import type { Version, Versions } from "./versions.ts";

/** Changes labels. Sizes and labels belong to a version: older ones keep theirs. */
export class Labels {
  constructor(
    private readonly network: ServingNetwork,
    private readonly versions: Versions,
    private readonly editor: Editor,
    private readonly corrections: () => Promise<Corrections>,
  ) {}

  /**
   * Adds a class to a head from images of it.
   *
   * @param describe Decodes and describes at least one image.
   * @throws {LabelError} If the head has no classes or has the label already, or the
   * label is invalid.
   */
  async add(
    head: string,
    label: string,
    describe: () => Promise<readonly Uint8Array[]>,
    options: ChangeOptions = {},
  ): Promise<Changed> {
    const named = cleaned(label);
    await this.versions.head();
    const present = headsOf(this.network.model, this.versions.current.manifest);
    grown(present, head, named); // refused before anything is decoded
    const descriptors = await describe();
    return await this.#change(
      options,
      (version, own) =>
        this.#adding(version, own, grown(own, head, named), descriptors),
    );
  }

  /**
   * Gives a class another name.
   *
   * @throws {LabelError} If there is no such class, or the head has the new name already.
   */
  rename(
    head: string,
    label: string,
    name: string,
    options: ChangeOptions = {},
  ): Promise<Changed> {
    const to = cleaned(name);
    return this.#change(
      options,
      (version, own) => relabelled(version, renamed(own, head, label, to)),
    );
  }

  /**
   * Retires a class: it is no longer answered, nor accepted as a label.
   *
   * @throws {LabelError} If there is no such class, or it is the last one.
   */
  retire(
    head: string,
    label: string,
    options: ChangeOptions = {},
  ): Promise<Changed> {
    return this.#change(
      options,
      (version, own) => relabelled(version, retired(own, head, label)),
    );
  }

  async #change(
    { ifMatch, by, note }: ChangeOptions,
    propose: (
      version: Version,
      own: HeadsRecord,
    ) => Proposal | Promise<Proposal>,
  ): Promise<Changed> {
    const done = await this.editor.change<never>(async (head) => {
      const version = this.versions.current;
      checkSound(head, version);
      const own = headsOf(this.network.model, version.manifest);
      const { draft, ...rest } = await propose(version, own);
      const heads = draft.heads && ownHeads(draft.heads, this.network.model);
      return { propose: { draft: { ...draft, heads, by }, ...rest } };
    }, { ifMatch, note });
    if ("answer" in done) return done.answer;
    return changedFrom(done.before, done.after);
  }

  async #adding(
    version: Version,
    own: HeadsRecord,
    next: HeadsRecord,
    descriptors: readonly Uint8Array[],
  ): Promise<Proposal> {
    const { correctors, tuned } = await this.corrections();
    const { corrector, firstMoments } = await correctors.of(version, own);
    const present = await tuned.read(version, own, firstMoments);
    const h = next.heads.findIndex((head, i) => head !== own.heads[i]);
    const spec = next.heads[h] as ClassesHead;
    const examples = this.#examplesOf(version, next.heads, spec, descriptors);
    const { heads, memory, guard } = await corrector.addClass(
      present,
      h,
      {
        spec,
        calibration: next.calibration[spec.name] as ClassesCalibration,
      },
      examplesFrom(next.heads, examples),
    );
    const parameters = withHeads(
      version.parameters,
      parametersOf(heads),
      this.network.model.parameters,
    );
    const moments = momentTensors(
      own.heads,
      present.secondMoments,
      firstMoments,
    );
    return {
      parameters,
      draft: {
        ...this.#withoutMomentsOf(spec, version, next, parameters, moments),
        change: "labels",
        guard: guardRecord({ guard }),
        memory: tuned.draftMemory(memory),
        heads: next,
        log: logOf(next.heads, examples),
      },
    };
  }

  /** Images of the last class of a head, for which no other head has a label. */
  #examplesOf(
    version: Version,
    heads: readonly HeadSpec[],
    grown: ClassesHead,
    descriptors: readonly Uint8Array[],
  ): FeatureRows {
    const last = grown.labels.length - 1;
    return {
      features: this.network.features(version.parameters, descriptors),
      length: descriptors.length,
      labels: heads.map((head) =>
        descriptors.map(() => head === grown ? last : UNKNOWN)
      ),
    };
  }

  /** The tensors and steps of a version whose head has grown: its moments no longer fit. */
  #withoutMomentsOf(
    head: ClassesHead,
    { manifest }: Version,
    next: HeadsRecord,
    parameters: Parameters,
    moments: readonly Tensor[],
  ): Pick<Draft, "step" | "steps" | "tensors"> {
    const layer = layerOf(head);
    const shapes = headShapes(this.network.model, next);
    return {
      step: manifest.step,
      steps: withoutLayer(manifest.steps, layer),
      tensors: [
        ...restOfCorrection(manifest.tensors).filter(({ name }) =>
          !name.startsWith(`optim.${layer}.`)
        ),
        ...parameterTensors(parameters, shapes),
        ...moments.filter(({ name }) =>
          !name.startsWith(`correction.${layer}.`)
        ),
      ],
    };
  }
}

/** The log of a new class, made without a step. */
function logOf(
  heads: readonly HeadSpec[],
  examples: FeatureRows,
): NonNullable<Draft["log"]> {
  return {
    scope: "heads",
    mode: "label",
    steps: 0,
    learningRate: 0,
    labels: labelsByName(heads, examples),
    features: featuresTensor(examples),
  };
}

function withoutLayer(
  steps: Manifest["steps"],
  layer: string,
): Manifest["steps"] {
  return Object.fromEntries(
    Object.entries(steps).filter(([name]) => !name.startsWith(`${layer}.`)),
  );
}

/** A version whose labels change and nothing else. */
function relabelled(
  { manifest, parameters }: Version,
  heads: HeadsRecord,
): Proposal {
  return {
    parameters,
    draft: {
      change: "labels",
      step: manifest.step,
      steps: manifest.steps,
      tensors: manifest.tensors,
      memory: manifest.memory,
      heads,
    },
  };
}
