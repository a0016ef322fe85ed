import { assert, assertEquals } from "@std/assert";
import { encodeSafetensors } from "../../src/checkpoint/safetensors.ts";
import { decodeSafetensors } from "../../src/checkpoint/safetensors_reader.ts";
import { tensorsOf } from "../../src/checkpoint/state.ts";
import {
  readExamples,
  readModel,
  readMoments,
  readServingModel,
  readState,
} from "../../src/checkpoint/state_reader.ts";
import {
  BYTE_WEIGHT,
  floatsOf,
  roundToBytes,
} from "../../src/model/quantize.ts";
import type { ModelState } from "../../src/model/state.ts";
import { binaryHead, classesHead, numberHead } from "../heads/specs.ts";
import { joined } from "./bytes.ts";
import { bytesOf, drawnState } from "./states.ts";

/** Two that select, one that says yes or no, one that estimates. */
const HEADS = [
  classesHead("place", ["studio", "ünïcode"]),
  binaryHead("worn"),
  classesHead("thing", ["<b>", "mug", "pen"]),
  numberHead("width", 20, 1 / 3),
];

const STATE: ModelState = {
  ...drawnState(HEADS),
  calibration: {
    place: { temperature: 1.25, offsets: [-0.1, 1 / 3] },
    worn: { temperature: 0.5, offset: -1e-9 },
    thing: { temperature: 0.1 + 0.2, offsets: [0, 1e-9, -2] },
    width: { deviation: 0.7 },
  },
};

Deno.test("a state comes back from its bytes as it was, and gives the same bytes again", async () => {
  const bytes = bytesOf(STATE);
  const back = await readState(decodeSafetensors(bytes));
  assertEquals(back, STATE);
  assertEquals(bytesOf(back), bytes);
});

Deno.test("tensors have PyTorch's names and shapes, and every head its labels", () => {
  const { header } = decodeSafetensors(bytesOf(STATE));
  const shape = (name: string) => header.tensors.get(name)?.shape;
  assertEquals(shape("trunk.0.weight"), [9, 12]);
  assertEquals(shape("trunk.1.bias"), [10]);
  assertEquals(shape("head.place.weight"), [2, 10]);
  assertEquals(shape("head.thing.weight"), [3, 10]);
  assertEquals(shape("head.worn.weight"), [1, 10]);
  assertEquals(shape("head.width.bias"), [1]);
  assertEquals(shape("optim.head.thing.weight.exp_avg_sq"), [3, 10]);
  assertEquals(shape("optim.head.width.weight.step"), []);
  assertEquals(header.tensors.get("replay.descriptors")?.dtype, "U8");
  for (const { name } of HEADS) {
    const { dtype, shape } = header.tensors.get(`guard.labels.${name}`)!;
    assertEquals([dtype, ...shape], ["F64", 4]);
  }
});

Deno.test("the metadata says what the heads are", () => {
  const { metadata } = decodeSafetensors(bytesOf(STATE)).header;
  assertEquals(metadata.format, "tandem-2");
  assertEquals(JSON.parse(metadata.sizes!), { inputs: 12, hidden: [9, 10] });
  assertEquals(JSON.parse(metadata.heads!), HEADS);
});

/** A state whose first weight lies on a grid of bytes. */
const FINISHED: ModelState = {
  ...STATE,
  parameters: new Map([...STATE.parameters, [
    BYTE_WEIGHT,
    floatsOf(roundToBytes(STATE.parameters.get(BYTE_WEIGHT)!, 9)),
  ]]),
};

Deno.test("a rounded first weight is stored in bytes with a scale per row, and comes back as the floats it was", async () => {
  const bytes = bytesOf(FINISHED);
  const reader = decodeSafetensors(bytes);
  const { tensors } = reader.header;
  assertEquals(
    ["", ".scale"].map((suffix) => {
      const { dtype, shape } = tensors.get(BYTE_WEIGHT + suffix)!;
      return { dtype, shape };
    }),
    [{ dtype: "I8", shape: [9, 12] }, { dtype: "F32", shape: [9] }],
  );
  const values = new Int8Array((await reader.read(BYTE_WEIGHT)).buffer);
  const scale = new Float32Array(
    (await reader.read(`${BYTE_WEIGHT}.scale`)).buffer,
  );
  assertEquals(
    Array.from(values, (value, at) => value * scale[Math.floor(at / 12)]!),
    Array.from(FINISHED.parameters.get(BYTE_WEIGHT)!),
  );
  const back = await readState(reader);
  assertEquals(back, FINISHED);
  assertEquals(bytesOf(back), bytes);
});

Deno.test("written as floats, a rounded model is the same model", async () => {
  const { tensors, metadata } = tensorsOf(FINISHED, { bytes: false });
  assert(tensors.every(({ dtype }) => dtype !== "I8"));
  const floats = decodeSafetensors(
    joined(encodeSafetensors(tensors, metadata)),
  );
  assertEquals(await readState(floats), FINISHED);
  assertEquals(
    await readServingModel(floats),
    await readServingModel(decodeSafetensors(bytesOf(FINISHED))),
  );
});

Deno.test("the best weights so far are stored as they are, beside a rounded model", async () => {
  const { parameters, moments } = FINISHED;
  const both = { ...FINISHED, best: { parameters, moments } };
  const reader = decodeSafetensors(bytesOf(both));
  assertEquals(reader.header.tensors.get(`best.${BYTE_WEIGHT}`)?.dtype, "F32");
  assertEquals(await readState(reader), both);
});

Deno.test("a model is read for a server in bytes, rounded where it is not; floats only of the rest", async () => {
  for (const state of [FINISHED, STATE]) {
    const { byteWeight, parameters } = await readServingModel(
      decodeSafetensors(bytesOf(state)),
    );
    assertEquals(
      byteWeight,
      roundToBytes(state.parameters.get(BYTE_WEIGHT)!, 9),
    );
    const rest = new Map(state.parameters);
    rest.delete(BYTE_WEIGHT);
    assertEquals(parameters, rest);
  }
});

Deno.test("a model that only predicts reads neither moments nor memory", async () => {
  const reader = decodeSafetensors(bytesOf(STATE));
  const read: string[] = [];
  const model = await readModel({
    header: reader.header,
    read: (name) => (read.push(name), reader.read(name)),
  });
  assertEquals(model.parameters, STATE.parameters);
  assertEquals(read.length, STATE.parameters.size + 2);
  assert(!read.some((name) => /^(optim|replay|guard)\./.test(name)));
});

Deno.test("moments are read for the tensors asked for, and may be missing", async () => {
  const reader = decodeSafetensors(bytesOf(STATE));
  const heads = await readMoments(
    reader,
    STATE,
    (name) => name.startsWith("head."),
  );
  assertEquals(
    [...heads.keys()],
    HEADS.flatMap(({ name }) => [`head.${name}.weight`, `head.${name}.bias`]),
  );
  const { replay: _, guard: __, ...without } = STATE;
  const bare = decodeSafetensors(bytesOf({ ...without, moments: new Map() }));
  assertEquals((await readMoments(bare, STATE)).size, 0);
  assertEquals(await readExamples(bare, STATE, "replay"), undefined);
});
