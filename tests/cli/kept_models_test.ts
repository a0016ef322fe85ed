import { assertEquals } from "@std/assert";
import { keptModels } from "../../src/cli/kept_models.ts";
import { drawnState } from "../checkpoint/states.ts";
import { withFolder } from "../data/images.ts";
import { classesHead } from "../heads/specs.ts";

Deno.test("a kept model is found by its name, without what predicting does not take", () =>
  withFolder({}, async (folder) => {
    const state = drawnState([classesHead("item", 3)]);
    const { find, keep } = await keptModels(`${folder}/models`);
    assertEquals(await find("a"), undefined);
    await keep("a", state);
    const found = await find("a");
    assertEquals(found!.sizes, state.sizes);
    assertEquals(found!.parameters, state.parameters);
    assertEquals(found!.standardization, state.standardization);
    assertEquals([found!.moments.size, found!.replay], [0, undefined]);
    assertEquals(await find("b"), undefined);

    const [{ name }] = [...Deno.readDirSync(`${folder}/models`)] as [
      Deno.DirEntry,
    ];
    await Deno.truncate(`${folder}/models/${name}`, 100);
    assertEquals(await find("a"), undefined, "it is trained again");
  }));
