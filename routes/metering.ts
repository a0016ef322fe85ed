/** The metrics as OpenTelemetry's instruments. @module */

import { metrics } from "@opentelemetry/api";
import { BOUNDS, type Instrument, type Labels, type Meter } from "./metrics.ts";

/** Records one measurement. */
type Record = (value: number, labels: Labels) => void;

/** A meter on the registered provider; Deno registers its own if OTEL_DENO is set. */
export function openMeter(): Meter {
  const meter = metrics.getMeter("tandem");
  const opened = new Map<string, Record>();
  const open = ({ name, help: description, kind }: Instrument): Record => {
    if (kind === "counter") {
      const counter = meter.createCounter(name, { description });
      return (value, labels) => counter.add(value, labels);
    }
    const histogram = meter.createHistogram(name, {
      description,
      unit: "s",
      advice: { explicitBucketBoundaries: [...BOUNDS] },
    });
    return (value, labels) => histogram.record(value, labels);
  };
  return {
    record(instrument, value, labels) {
      const record = opened.get(instrument.name) ?? open(instrument);
      opened.set(instrument.name, record);
      record(value, labels);
    },
    watch(readings) {
      for (const { name, help: description, kind, read } of readings) {
        const reading = kind === "counter"
          ? meter.createObservableCounter(name, { description })
          : meter.createObservableGauge(name, { description });
        reading.addCallback(async (result) => result.observe(await read()));
      }
    },
  };
}
