/** Correctors, one for each trunk with its labels. @module */

import { Corrector } from "../correction/correct.ts";
import type { WhitenedTable } from "../correction/head_change.ts";
import { examplesFrom, headsFrom } from "../correction/heads.ts";
import { featureCount } from "../model/sizes.ts";
import { type HeadsRecord, introducerOf } from "../store/manifest.ts";
import type { ModelStore } from "../store/store.ts";
import { introducedParameters } from "./heads.ts";
import type { ServingNetwork } from "./network.ts";
import {
  emptyRows,
  type FeaturePool,
  type FeatureRows,
  type Kept,
  plainRows,
  trunkOf,
} from "./pool.ts";
import type { Version } from "./versions.ts";

/** A corrector, and the second moments that its first correction starts from. */
export interface PreparedCorrector {
  readonly corrector: Corrector;
  readonly firstMoments: readonly WhitenedTable[];
}

/** Makes correctors from the replay memory and the guard set of the weights file. */
export class Correctors {
  /** The last one, for versions with the trunk and labels of this introducer. */
  #last: { introducer: number; prepared: PreparedCorrector } | undefined;

  constructor(
    private readonly network: ServingNetwork,
    private readonly store: ModelStore,
    private readonly kept: Kept,
  ) {}

  /**
   * The corrector for a version. Its guard compares drafts with the base model's heads or,
   * if the version has another trunk or other labels, with the heads of the version that
   * introduced them.
   */
  async of(version: Version, own: HeadsRecord): Promise<PreparedCorrector> {
    const introducer = introducerOf(version.manifest);
    if (this.#last?.introducer !== introducer) {
      this.#last = { introducer, prepared: await this.#make(version, own) };
    }
    return this.#last.prepared;
  }

  async #make(version: Version, own: HeadsRecord): Promise<PreparedCorrector> {
    const { manifest } = version;
    const { model } = this.network;
    const introduced = introducerOf(manifest) === 0
      ? []
      : await introducedParameters(this.store, manifest);
    const { replay, guard } = this.kept;
    const corrector = await Corrector.create({
      base: headsFrom(own, new Map([...model.parameters, ...introduced])),
      features: featureCount(model.sizes),
      replay: examplesFrom(
        own.heads,
        await rowsOf(version, replay) ?? plainRows(this.network),
      ),
      guard: examplesFrom(
        own.heads,
        await rowsOf(version, guard) ?? emptyRows(this.network, 0),
      ),
    });
    return { corrector, firstMoments: await corrector.firstSecondMoments() };
  }
}

/** The trunk's outputs for kept examples, if there are any. */
async function rowsOf(
  version: Version,
  examples: FeaturePool | undefined,
): Promise<FeatureRows | undefined> {
  if (examples === undefined || examples.length === 0) return undefined;
  return await examples.all(trunkOf(version));
}
