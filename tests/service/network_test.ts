import { assertAlmostEquals, assertEquals } from "@std/assert";
import {
  descriptorLength,
  PREPROCESSING,
  type Preprocessing,
} from "../../src/image/descriptor.ts";
import { mirrorOrder } from "../../src/image/mirror.ts";
import { Random } from "../../src/nn/prng.ts";
import {
  BYTE_WEIGHT,
  floatsOf,
  roundToBytes,
} from "../../src/model/quantize.ts";
import { type Sizes, tensorSpecs } from "../../src/model/sizes.ts";
import type {
  Calibration,
  HeadCalibration,
  ServingModel,
} from "../../src/model/state.ts";
import {
  type Parameters,
  type Probabilities,
  ServingNetwork,
} from "../../src/service/network.ts";
import { meanLogitsOf } from "../reference/network.ts";

/** A picture and its mirror image. */
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
const SMALL = { inputs: INPUTS, hidden: [12], domains: 2, items: 11 };

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
function calibrationOf({ domains, items }: Sizes): Calibration {
  const head = (temperature: number, classes: number): HeadCalibration => ({
    temperature,
    offsets: Array.from({ length: classes }, (_, c) => c / 4 - c * c / 16),
  });
  return { domain: head(0.5, domains), item: head(1.25, items) };
}

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
    labels: { domains: [], items: [] },
    preprocessing,
    calibration: calibrationOf(sizes),
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

/** Holds predictions against the twin in doubles, logit by logit. */
function assertTwin(
  { sizes, standardization, calibration, preprocessing }: ServingModel,
  parameters: Parameters,
  predictions: readonly Probabilities[],
): void {
  const { mean, inverseDeviation } = standardization;
  const doubles = new Map(
    Array.from(
      parameters,
      ([name, values]) => [name, Float64Array.from(values)],
    ),
  );
  const standardized = (descriptor: Uint8Array) =>
    Array.from(
      descriptor,
      (value, i) => (value - mean[i]!) * inverseDeviation[i]!,
    );
  const order = mirrorOrder(preprocessing);
  predictions.forEach(({ domain, item }, n) => {
    const input = standardized(DESCRIPTORS[n]!);
    const flipped = Uint8Array.from(order, (from) => DESCRIPTORS[n]![from]!);
    const logits = meanLogitsOf(sizes, doubles, {
      input,
      ...(preprocessing.mirrored && { second: standardized(flipped) }),
      domain: 0,
      item: 0,
    });
    for (
      const [probabilities, z, { temperature, offsets }] of [
        [domain, logits.slice(0, sizes.domains), calibration.domain],
        [item, logits.slice(sizes.domains), calibration.item],
      ] as const
    ) {
      probabilities.forEach((probability, c) =>
        assertAlmostEquals(
          Math.log(probability / probabilities[0]!),
          (z[c]! + offsets[c]! - z[0]! - offsets[0]!) / temperature,
          1e-5,
        )
      );
    }
  });
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
      assertTwin(model, parameters, network.predict(new Map(), DESCRIPTORS));
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
      network.predict(parameters, DESCRIPTORS),
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
    network.predict(new Map([[BYTE_WEIGHT, weight]]), DESCRIPTORS),
  );
});
