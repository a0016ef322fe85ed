import { assert, assertEquals, assertThrows } from "@std/assert";
import { readKnown, withKnown } from "../../src/checkpoint/known_file.ts";
import { headsFrom } from "../../src/correction/heads.ts";
import { Scorer } from "../../src/correction/scorer.ts";
import { CheckpointError } from "../../src/errors.ts";
import { classes, withKnown as fitKnown } from "../../src/heads/classes.ts";
import type { ClassesCalibration } from "../../src/heads/classes_calibration.ts";
import { featureCount } from "../../src/model/sizes.ts";
import { ServingNetwork } from "../../src/service/network.ts";
import { readWeights } from "../../src/service/weights.ts";
import { withFolder } from "../data/images.ts";

const SHIPPED = new URL("../../weights/office31.safetensors", import.meta.url);
const WEIGHTS = await readWeights(await Deno.readFile(SHIPPED));

/** What each head's largest logit is on the guard set, which no training has seen. */
async function scoresOfGuard(): Promise<Record<string, readonly number[]>> {
  const { model } = WEIGHTS;
  const { descriptors, labels, length } = (await WEIGHTS.material()).guard!;
  const { sizes, calibration, parameters } = model;
  const network = await ServingNetwork.create(model);
  const features = network.features(
    new Map(),
    Array.from(
      { length },
      (_, i) => descriptors.subarray(i * sizes.inputs, (i + 1) * sizes.inputs),
    ),
  );
  const { heads } = sizes;
  const linear = headsFrom({ heads, calibration }, parameters);
  const rows = Math.max(...linear.map(({ bias }) => bias.length));
  const scorer = await Scorer.create(featureCount(sizes), rows);
  return Object.fromEntries(linear.map((head, h) => {
    const logits = scorer.logits(head, features);
    const outputs = { logits, width: head.bias.length, labels: labels[h]! };
    const own = head.calibration as ClassesCalibration;
    return [head.spec.name, fitKnown(own, outputs).known!];
  }));
}

Deno.test("the file beside the shipped weights is what their guard set says", async () => {
  const file = new URL("../../weights/office31.known.json", import.meta.url);
  assertEquals(
    JSON.parse(await Deno.readTextFile(file)),
    await scoresOfGuard(),
  );
});

Deno.test("the shipped model says how much an image looks like what it knows", async () => {
  const model = withKnown(WEIGHTS.model, readKnown(SHIPPED));
  const network = await ServingNetwork.create(model);
  const { guard } = await WEIGHTS.material();
  const { inputs } = model.sizes;
  const known = (descriptor: Uint8Array) =>
    network.predict({ parameters: new Map() }, [descriptor], 1)[0]!.known!;
  const shares = Array.from(
    { length: guard!.length },
    (_, i) => known(guard!.descriptors.subarray(i * inputs, (i + 1) * inputs)),
  );
  const mean = shares.reduce((sum, share) => sum + share) / shares.length;
  assert(
    Math.abs(mean - 0.5) < 0.01,
    `uniform on [0, 1], got a mean of ${mean}`,
  );
});

Deno.test("scores beside a file that do not fit it are refused, and none are none", () =>
  withFolder({}, async (folder) => {
    const weights = `${folder}/model.safetensors`;
    const { model } = WEIGHTS;
    assertEquals(withKnown(model, readKnown(weights)), model);
    const beside = `${folder}/model.known.json`;
    const item = Array.from({ length: 20 }, (_, i) => i / 4);
    await Deno.writeTextFile(beside, JSON.stringify({ item }));
    const { calibration } = withKnown(model, readKnown(weights));
    const read = calibration.item as ClassesCalibration;
    assertEquals(read.known, item);
    assertEquals(classes.known(read, Array(31).fill(9)), 1);
    for (const text of ['{"item": [2, 1]}', '{"size": [1]}', "{"]) {
      await Deno.writeTextFile(beside, text);
      assertThrows(
        () => withKnown(model, readKnown(weights)),
        CheckpointError,
      );
    }
  }));
