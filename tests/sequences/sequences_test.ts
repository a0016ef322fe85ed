// Random sequences of operations on two apps that share a store, compared with a plain
// list of versions: whatever happens, each version answers for ever as it did at first.
// A failure says its seed, path and replayPath; fc.assert and fc.commands take them.

import fc from "fast-check";
import { fixtureWeights, FOUR_HEADS } from "../service/fixture.ts";
import { openEngine } from "../../src/store/open.ts";
import { STORES } from "../store/engines.ts";
import { checkAll, operations } from "./operations.ts";
import { labelsOf, Twin } from "./twin.ts";
import { lasting, type OpenStore, World } from "./world.ts";

/** Sequences; `TEST_SEQUENCES=3000` for a thorough run. */
const SEQUENCES = Number(Deno.env.get("TEST_SEQUENCES") ?? 20);

/** Other seeds give other sequences. */
const SEED = Number(Deno.env.get("TEST_SEED") ?? 1);

/** Models with and without replay memory and guard: not all changes are refused, nor all accepted. */
const MODELS = await Promise.all(
  [
    { replay: true, guard: true },
    { replay: true, guard: false },
    { replay: false, guard: false },
  ].map((options) => fixtureWeights({ heads: FOUR_HEADS, ...options })),
);

type Commands = Iterable<fc.AsyncCommand<Twin, World>>;

/** Runs a sequence on a new store. */
async function run(
  openStore: OpenStore,
  model: number,
  commands: Commands,
): Promise<void> {
  const weights = MODELS[model]!;
  await using world = await World.open(weights, openStore);
  const labels = labelsOf(weights.model.sizes.heads);
  const twin = new Twin({ ...await weights.base, labels });
  await fc.asyncModelRun(() => ({ model: twin, real: world }), commands);
  await checkAll({ twin, world });
}

/** Runs sequences. The same seed gives the same ones. */
async function runAll(
  sequences: number,
  each: (model: number, commands: Commands) => Promise<void>,
): Promise<void> {
  await fc.assert(
    fc.asyncProperty(
      fc.nat({ max: MODELS.length - 1 }),
      fc.commands(operations, { maxCommands: 30, size: "max" }),
      each,
    ),
    { numRuns: sequences, seed: SEED },
  );
}

Deno.test("whatever is done, versions answer as they did at first", async () => {
  await runAll(SEQUENCES, async (model, commands) => {
    const engine = await openEngine("memory");
    const shared = lasting(engine);
    try {
      await run(() => Promise.resolve(shared), model, commands);
    } finally {
      await engine.close();
    }
  });
});

for (const { name, ignore, make } of STORES) {
  Deno.test({
    name: `apps with connections of their own do the same (${name})`,
    ignore,
    async fn() {
      await runAll(Math.ceil(SEQUENCES / 5), async (model, commands) => {
        const { setting, remove } = await make();
        try {
          await run(() => openEngine(setting), model, commands);
        } finally {
          await remove();
        }
      });
    },
  });
}
