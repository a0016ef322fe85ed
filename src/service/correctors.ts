/** Correctors, one for each trunk with its labels. @module */

import { Corrector } from "../correction/correct.ts";
import type { WhitenedTable } from "../correction/head_change.ts";
import { examplesFrom, headsFrom } from "../correction/heads.ts";
import { featureCount } from "../model/sizes.ts";
import type { StoredExamples } from "../model/state.ts";
import {
  type HeadsRecord,
  introducerOf,
  trunkName,
} from "../store/manifest.ts";
import type { ModelStore } from "../store/store.ts";
import { introducedParameters } from "./heads.ts";
import type { ServingNetwork } from "./network.ts";
import { emptyRows, FeaturePool, type FeatureRows, plainRows } from "./pool.ts";
import type { Version } from "./versions.ts";
import type { TuningMaterial } from "./weights.ts";

/** A corrector, and the second moments that its first correction starts from. */
export interface PreparedCorrector {
  readonly corrector: Corrector;
  readonly firstMoments: readonly WhitenedTable[];
}

/** Makes correctors from the replay memory and the guard set of the weights file. */
export class Correctors {
  /** The last one, for versions with the trunk and labels of this introducer. */
  #last: { introducer: number; prepared: PreparedCorrector } | undefined;
  /** Rows of the trunk that was computed last. */
  readonly #rows = new Map<
    StoredExamples,
    { readonly trunk: string; readonly rows: FeatureRows }
  >();

  constructor(
    private readonly network: ServingNetwork,
    private readonly material: TuningMaterial,
    private readonly store: ModelStore,
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
    const { replay, guard } = this.material;
    const corrector = await Corrector.create({
      base: headsFrom(own, new Map([...model.parameters, ...introduced])),
      features: featureCount(model.sizes),
      replay: examplesFrom(
        own.heads,
        await this.#rowsOf(version, replay) ?? plainRows(this.network),
      ),
      guard: examplesFrom(
        own.heads,
        await this.#rowsOf(version, guard) ?? emptyRows(this.network, 0),
      ),
    });
    return { corrector, firstMoments: await corrector.firstSecondMoments() };
  }

  /** The trunk's outputs for stored examples, if there are any. */
  async #rowsOf(
    { manifest, parameters }: Version,
    examples: StoredExamples | undefined,
  ): Promise<FeatureRows | undefined> {
    if (examples === undefined || examples.length === 0) return undefined;
    const trunk = trunkName(manifest.tensors);
    const known = this.#rows.get(examples);
    if (known?.trunk === trunk) return known.rows;
    const pool = new FeaturePool(this.network, examples);
    const rows = await pool.all(parameters, trunk);
    this.#rows.set(examples, { trunk, rows });
    return rows;
  }
}
