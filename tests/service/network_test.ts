import { assertAlmostEquals, assertEquals } from "@std/assert";
import {
  descriptorLength,
  PREPROCESSING,
  type Preprocessing,
} from "../../src/image/descriptor.ts";
import { mirrorOrder } from "../../src/image/mirror.ts";
import type { BinaryAnswer } from "../../src/heads/binary.ts";
import type { ClassesAnswer } from "../../src/heads/classes.ts";
import { type HeadSpec, kindOf } from "../../src/heads/kinds.ts";
import type { NumberAnswer } from "../../src/heads/number.ts";
import { Random } from "../../src/nn/prng.ts";
import {
  BYTE_WEIGHT,
  floatsOf,
  roundToBytes,
} from "../../src/model/quantize.ts";
import { type Sizes, tensorSpecs } from "../../src/model/sizes.ts";
import type { Calibration, ServingModel } from "../../src/model/state.ts";
import type { Prediction } from "../../src/service/answers.ts";
import { type Parameters, ServingNetwork } from "../../src/service/network.ts";
import { binaryHead, classesHead, numberHead } from "../heads/specs.ts";
import { meanLogitsOf } from "../reference/network.ts";

/** An image and its mirror image. */
const MIRRORED: Preprocessing = {
  ...PREPROCESSING,
  size: 16,
  radii: [],
  cells: 2,
  grid: 2,
  colorLevels: 2,
  colorGrid: 2,
  sharpnessGrid: 1,
  sharpnessLevels: 4,
};
const PLAIN: Preprocessing = { ...MIRRORED, mirrored: false };

/** Lengths and deviations of the parts of a descriptor; the last two are one. */
const PARTS = [[37, 0.02], [16, 0.3], [1, 0.05], [4, 0.11], [
  10,
  0.11,
]] as const;
const INPUTS = descriptorLength(MIRRORED);
/** Of every kind, and one that takes more than a panel of columns. */
const HEADS: readonly HeadSpec[] = [
  classesHead("place", 2),
  binaryHead("worn"),
  classesHead("thing", 11),
  numberHead("width", 20, 5),
];
const SMALL: Sizes = { inputs: INPUTS, hidden: [12], heads: HEADS };
/** The parameters of the model itself. */
const BASE = { parameters: new Map() };
/** More than there are classes. */
const ALL = 99;

const MEANS = {
  whole: (random: Random) => random.below(256),
  // Such as a file of another trainer may have; not all of them near a byte.
  any: (random: Random) => 300 * random.uniform() - 20,
};

/** Parameters drawn at random, the first weight on a grid of bytes. */
function drawParameters(sizes: Sizes, seed: number): Map<string, Float32Array> {
  const random = Random.fromSeed(seed, "serving");
  return new Map(
    tensorSpecs(sizes).map(({ name, shape: [outputs, inputs = 1] }) => {
      const values = Float32Array.from(
        { length: outputs * inputs },
        () => (random.uniform() - 0.5) / Math.sqrt(inputs),
      );
      return [
        name,
        name === BYTE_WEIGHT ? floatsOf(roundToBytes(values, outputs)) : values,
      ];
    }),
  );
}

/** Of every class another offset. */
function offsetOf(c: number): number {
  return c / 4 - c * c / 16;
}

const CALIBRATION: Calibration = {
  place: { temperature: 0.5, offsets: [0, 1].map(offsetOf) },
  worn: { temperature: 2, offset: -0.25 },
  thing: { temperature: 1.25, offsets: Array.from(Array(11).keys(), offsetOf) },
  width: { deviation: 0.75 },
};

function modelOf(
  sizes: Sizes,
  parameters: Parameters,
  meanOf = MEANS.whole,
  preprocessing = PLAIN,
): ServingModel {
  const random = Random.fromSeed(1, "means");
  const rest = new Map(parameters);
  rest.delete(BYTE_WEIGHT);
  const weight = parameters.get(BYTE_WEIGHT);
  return {
    sizes,
    preprocessing,
    calibration: CALIBRATION,
    optimizer: { name: "adam", options: {} },
    training: {},
    standardization: {
      mean: Float32Array.from({ length: sizes.inputs }, () => meanOf(random)),
      inverseDeviation: Float32Array.from(
        PARTS.flatMap(([length, factor]) => Array(length).fill(factor)),
      ),
    },
    parameters: rest,
    byteWeight: weight && roundToBytes(weight, sizes.hidden[0]!),
  };
}

/** More descriptors than one pass takes. */
const DESCRIPTORS = Array.from({ length: 21 }, (_, seed) => {
  const random = Random.fromSeed(seed, "descriptor");
  return Uint8Array.from({ length: INPUTS }, () => random.below(256));
});

/** Holds predictions against the twin in doubles. */
function assertTwin(
  { sizes, standardization, preprocessing }: ServingModel,
  parameters: Parameters,
  predictions: readonly Prediction[],
): void {
  const { mean, inverseDeviation } = standardization;
  const doubles = new Map(
    Array.from(
      parameters,
      ([name, values]) => [name, new Float64Array(values)],
    ),
  );
  const standardized = (descriptor: Uint8Array) =>
    Array.from(
      descriptor,
      (value, i) => (value - mean[i]!) * inverseDeviation[i]!,
    );
  const order = mirrorOrder(preprocessing);
  assertEquals(predictions.length, DESCRIPTORS.length);
  predictions.forEach((prediction, n) => {
    const flipped = Uint8Array.from(order, (from) => DESCRIPTORS[n]![from]!);
    const logits = meanLogitsOf(sizes, doubles, {
      input: standardized(DESCRIPTORS[n]!),
      ...(preprocessing.mirrored && { second: standardized(flipped) }),
      labels: [],
    });
    assertEquals(
      Object.keys(prediction.answers),
      HEADS.map(({ name }) => name),
    );
    assertSelection(prediction.answers.place as ClassesAnswer, HEADS[0]!, {
      z: logits.slice(0, 2),
      temperature: 0.5,
    });
    const { label, probability } = prediction.answers.worn as BinaryAnswer;
    const worn = (logits[2]! - 0.25) / 2;
    assertEquals(label, worn > 0);
    assertAlmostEquals(probability, 1 / (1 + Math.exp(-Math.abs(worn))), 1e-6);
    assertSelection(prediction.answers.thing as ClassesAnswer, HEADS[2]!, {
      z: logits.slice(3, 14),
      temperature: 1.25,
    });
    const width = prediction.answers.width as NumberAnswer;
    assertAlmostEquals(width.value, 20 + 5 * logits[14]!, 5e-5);
    assertEquals([width.deviation, width.unit], [0.75, "cm"]);
  });
}

function assertSelection(
  { label, probability, top }: ClassesAnswer,
  head: HeadSpec,
  { z, temperature }: { z: number[]; temperature: number },
): void {
  const powers = z.map((value, c) =>
    Math.exp((value + offsetOf(c)) / temperature)
  );
  const sum = powers.reduce((total, power) => total + power);
  assertEquals({ label, probability }, top[0]);
  assertEquals(top.length, z.length);
  const groups = kindOf(head).groups(head);
  for (const guess of top) {
    const expected = powers[groups.indexOf(guess.label)]! / sum;
    assertAlmostEquals(guess.probability / expected, 1, 1e-5);
  }
}

const CASES = [[], [12], [12, 9]].flatMap((hidden) =>
  [PLAIN, MIRRORED].map((preprocessing) => ({ hidden, preprocessing }))
);

for (const { hidden, preprocessing } of CASES) {
  for (const [means, meanOf] of Object.entries(MEANS)) {
    const title = `${hidden.length} hidden, ${means} means, ${
      preprocessing.mirrored ? "mirrored too" : "as it is"
    }`;
    Deno.test(`a network in bytes says what its twin in doubles does (${title})`, async () => {
      const sizes = { ...SMALL, hidden };
      const parameters = drawParameters(sizes, 1);
      const model = modelOf(sizes, parameters, meanOf, preprocessing);
      const network = await ServingNetwork.create(model);
      assertTwin(model, parameters, network.predict(BASE, DESCRIPTORS, ALL));
      const features = network.features(new Map(), DESCRIPTORS);
      assertEquals(features.length, DESCRIPTORS.length * network.featureStride);
      for (const [n, descriptor] of DESCRIPTORS.entries()) {
        const start = n * network.featureStride;
        assertEquals(
          network.features(new Map(), [descriptor]),
          features.slice(start, start + network.featureStride),
        );
      }
    });
  }
}

Deno.test("versions with trunks of their own take turns, each with all of its tensors", async () => {
  const sizes = { ...SMALL, hidden: [12, 9] };
  const base = drawParameters(sizes, 1);
  const other = drawParameters(sizes, 2);
  const model = modelOf(sizes, base, MEANS.any);
  const network = await ServingNetwork.create(model);
  const changes = [[], ...Array.from(other, (tensor) => [tensor]), [...other]];
  for (const changed of [...changes, ...changes.toReversed()]) {
    const parameters = new Map(changed);
    assertTwin(
      model,
      new Map([...base, ...parameters]),
      network.predict({ parameters }, DESCRIPTORS, ALL),
    );
  }
});

Deno.test("a first weight that is not in bytes is rounded to them", async () => {
  const parameters = drawParameters(SMALL, 1);
  const model = modelOf(SMALL, parameters);
  const network = await ServingNetwork.create(model);
  const random = Random.fromSeed(3);
  const weight = parameters.get(BYTE_WEIGHT)!.map((value) =>
    value + 0.01 * random.uniform()
  );
  const rounded = floatsOf(roundToBytes(weight, 12));
  assertTwin(
    model,
    new Map([...parameters, [BYTE_WEIGHT, rounded]]),
    network.predict(
      { parameters: new Map([[BYTE_WEIGHT, weight]]) },
      DESCRIPTORS,
      ALL,
    ),
  );
});
