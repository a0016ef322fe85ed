import { assertEquals } from "@std/assert";
import { UNKNOWN } from "../../src/heads/head.ts";
import { sgd } from "../../src/optim/sgd.ts";
import {
  addStep,
  emptySums,
  meanScore,
  validationLoss,
} from "../../src/train/epochs.ts";
import { createTrainer } from "../../src/train/trainer.ts";
import { binaryHead } from "../heads/specs.ts";

Deno.test("a mixed row is right by the label of which it has more, and one without a label does not count", async () => {
  const heads = [binaryHead("odd")];
  const sizes = { inputs: 2, hidden: [], heads };
  using trainer = await createTrainer(sizes, sgd(), 4);
  const { network, workspace } = trainer;
  const { activations, labels } = workspace;
  const rows = [
    { logit: 2, label: 1, other: 0, share: 0.7 }, // right
    { logit: 2, label: 1, other: 0, share: 0.3 }, // wrong
    { logit: -2, label: 0, other: 0, share: 0.3 }, // right
    { logit: 2, label: UNKNOWN, other: 1, share: 0.9 },
  ];
  rows.forEach(({ logit, label, other, share }, row) => {
    activations.logits[row * activations.logitStride] = logit;
    labels.heads[0]!.label[row] = label;
    labels.heads[0]!.other[row] = other;
    labels.share[row] = share;
  });
  const sums = emptySums(1);
  const losses = { total: 0.5, heads: [0.25], labelled: [3] };
  addStep(sums, network, workspace, losses, rows.length);
  assertEquals(sums, {
    images: 4,
    loss: 2,
    losses: [1],
    scores: [2],
    labelled: [3],
  });
  assertEquals(meanScore(sums, 0), 2 / 3);
});

Deno.test("the loss to choose an epoch by is that of the heads that have validation images", () => {
  const validation = {
    item: { images: 3, loss: 1.5 },
    width: { images: 2, loss: 0.25 },
    worn: { images: 0, loss: NaN },
  };
  assertEquals(validationLoss({ validation }), 1.75);
  assertEquals(validationLoss({}), Infinity);
});
