/** Models that an experiment keeps in a folder, so that it need not train them twice. @module */

import { CheckpointError } from "../errors.ts";
import type { ModelState } from "../model/state.ts";
import { loadOrigin, saveState, servingState } from "./weights.ts";

/** Finds and keeps models by name in a folder, which is made. */
export interface KeptModels {
  /** A model that was kept; undefined if none of this name can be read. */
  find(name: string): Promise<ModelState | undefined>;
  /** Keeps what predicting takes of a model. */
  keep(name: string, state: ModelState): Promise<void>;
}

/** Opens a folder of models. */
export async function keptModels(folder: string): Promise<KeptModels> {
  await Deno.mkdir(folder, { recursive: true });
  const fileOf = (name: string) => `${folder}/${name}.safetensors`;
  return {
    async find(name) {
      try {
        return (await loadOrigin(fileOf(name))).model;
      } catch (error) {
        if (error instanceof CheckpointError) return undefined;
        throw error;
      }
    },
    async keep(name, state) {
      const { replay: _replay, guard: _guard, ...model } = servingState(state);
      await saveState(fileOf(name), { ...model, moments: new Map() });
    },
  };
}
