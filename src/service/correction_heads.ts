/** Heads and examples as the policy of corrections takes them. @module */

import type { Examples, Head } from "../correction/heads.ts";
import type { BinaryCalibration } from "../heads/binary.ts";
import type { ClassesCalibration } from "../heads/classes_calibration.ts";
import { isKnown } from "../heads/head.ts";
import { type HeadSpec, kindOf } from "../heads/kinds.ts";
import type { NumberCalibration } from "../heads/number.ts";
import { layerOf } from "../model/sizes.ts";
import type { HeadsRecord } from "../store/manifest.ts";
import type { Parameters } from "./network.ts";
import type { FeatureRows } from "./pool.ts";

/** Heads with their parameters. */
export function correctionHeads(
  { heads, calibration }: HeadsRecord,
  parameters: Parameters,
): Head[] {
  return heads.map((head): Head => {
    const { name } = head;
    const layer = layerOf(head);
    const linear = {
      name,
      weight: parameters.get(`${layer}.weight`)!,
      bias: parameters.get(`${layer}.bias`)!,
    };
    switch (head.kind) {
      case "classes": {
        const own = calibration[name] as ClassesCalibration;
        return { ...linear, kind: "classes", calibration: own };
      }
      case "binary": {
        const { temperature, offset } = calibration[name] as BinaryCalibration;
        const own = { temperature, offsets: [offset] };
        return { ...linear, kind: "binary", calibration: own };
      }
      case "number": {
        const { deviation } = calibration[name] as NumberCalibration;
        const tolerance = deviation / head.standardDeviation;
        return { ...linear, kind: "number", tolerance };
      }
    }
  });
}

/** Labelled features; a label is what the head's loss compares with. */
export function correctionExamples(
  heads: readonly HeadSpec[],
  { features, labels, length }: FeatureRows,
): Examples {
  return {
    count: length,
    features,
    labels: heads.map((head, h) =>
      Float32Array.from(labels[h]!, (label) => {
        if (isKnown(label)) return kindOf(head).target(head, label);
        return head.kind === "number" ? NaN : -1;
      })
    ),
  };
}

/** Parameters of heads, by name. */
export function parametersOfHeads(heads: readonly Head[]): Parameters {
  return new Map(heads.flatMap(({ name, weight, bias }) => [
    [`head.${name}.weight`, weight],
    [`head.${name}.bias`, bias],
  ]));
}
