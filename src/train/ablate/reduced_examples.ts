/** Examples with less in them: fewer values in a descriptor, or fewer views. @module */

import { descriptorLayout, type ValueKind } from "../../image/descriptor.ts";
import type { NamedExamples } from "../plan.ts";

/** Takes the first `views` views of every picture. */
export function withViews(
  views: number,
): (examples: NamedExamples) => NamedExamples {
  return (examples) => changed(examples, { views });
}

/** Leaves the values of one kind out of every descriptor. */
export function withoutKind(
  left: ValueKind,
): (examples: NamedExamples) => NamedExamples {
  return (examples) => {
    const layout = descriptorLayout(examples.preprocessing);
    const lengths = layout.map((stretches) =>
      stretches.reduce(
        (sum, { kind, length }) => kind === left ? sum : sum + length,
        0,
      )
    );
    const parts = lengths.filter((length) => length > 0);
    const [gradients] = lengths as [number];
    const { cells = [] } = examples;
    const whole = new Uint8Array(examples.inputs);
    return changed(examples, {
      parts,
      inputs: parts.reduce((sum, length) => sum + length, 0),
      cells: cells.map(() => gradients / cells.length),
      read(row, view, out) {
        examples.read(row, view, whole);
        let [from, to] = [0, 0];
        for (const { kind, length } of layout.flat()) {
          if (kind !== left) {
            out.set(whole.subarray(from, from + length), to);
            to += length;
          }
          from += length;
        }
      },
    });
  };
}

/** Field by field, since a dataset has methods and getters, which a spread would lose. */
function changed(
  examples: NamedExamples,
  changes: Partial<NamedExamples>,
): NamedExamples {
  const { domains, items, preprocessing, hash } = examples;
  const { inputs, parts, cells = [], length, views } = examples;
  return {
    ...{ domains, items, preprocessing, hash },
    ...{ inputs, parts, cells, length, views },
    domainOf: (row) => examples.domainOf(row),
    itemOf: (row) => examples.itemOf(row),
    read: (row, view, out) => examples.read(row, view, out),
    ...changes,
  };
}
