// Every command over heads of all three kinds, with labels that are not known.

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { withFolder } from "../data/images.ts";
import { folderOf, SMALL, task } from "./task.ts";

const IMAGES = folderOf(["all"], ["red", "blue"], 15);

/** Four columns; every fifth cell of each but the first is empty. */
function table(): Uint8Array {
  const rows = Object.keys(IMAGES).map((path, n) => {
    const cell = (column: number, text: string) =>
      (n + column) % 5 === 0 ? "" : text;
    return [
      path.replace("data/", ""),
      path.split("/")[2],
      cell(1, ["north", "south", "west"][n % 3]!),
      cell(2, n % 2 === 0 ? "yes" : "no"),
      cell(3, String(10 + n / 4)),
    ].join(",");
  });
  const text = ["file,colour,place,shiny,height", ...rows, ""].join("\n");
  return new TextEncoder().encode(text);
}

Deno.test("train, evaluate and predict work with heads of every kind", () =>
  withFolder({ ...IMAGES, "data/labels.csv": table() }, async (folder) => {
    const data = ["--data", `${folder}/data`];
    const weights = `${folder}/m.safetensors`;
    const trained = await task(
      "train",
      ...data,
      "--head",
      "height:number:cm",
      "--out",
      weights,
      "--report",
      `${folder}/m.html`,
      "--epochs",
      "3",
      "--head-weights",
      "height=0.5",
      ...SMALL,
    );
    assertEquals(trained.code, 0, trained.stderr);
    for (
      const text of [
        "  colour  accuracy ",
        "  place   accuracy ",
        "ROC AUC ",
        "  height  R² ",
        " cm, ",
      ]
    ) assertStringIncludes(trained.stdout, text);
    const report = await Deno.readTextFile(`${folder}/m.html`);
    assertStringIncludes(report, "Predicted against true height");
    assertStringIncludes(report, "<h3>height</h3>");
    const card = await Deno.readTextFile(`${folder}/m.md`);
    assertStringIncludes(card, "height, a number in cm");
    assertStringIncludes(card, "| Head weights | height 0.5;");

    const evaluated = await task(
      "evaluate",
      ...data,
      "--weights",
      weights,
      "--json",
    );
    assertEquals(evaluated.code, 0, evaluated.stderr);
    const metrics = JSON.parse(evaluated.stdout);
    assertEquals(Object.keys(metrics), [
      "images",
      "colour",
      "place",
      "shiny",
      "height",
      "perColour",
      "perPlace",
      "perShiny",
    ]);
    assertEquals(
      [metrics.images, metrics.colour.images, metrics.height.images],
      [30, 30, 24],
    );
    assert(metrics.height.mae > 0 && metrics.height.rmse >= metrics.height.mae);

    const table = `${folder}/data/labels.csv`;
    const some = ["--labels", table, "--heads", "shiny,place", "--json"];
    const partly = await task("evaluate", ...some, "--weights", weights);
    assertEquals(partly.code, 0, partly.stderr);
    const { shiny, place, colour } = JSON.parse(partly.stdout);
    assertEquals([shiny, place], [metrics.shiny, metrics.place]);
    assertEquals(colour.images, 0);

    const image = `${folder}/data/all/red/0.png`;
    const ask = ["predict", image, "--weights", weights];
    const said = await task(...ask);
    assertEquals(said.code, 0, said.stderr);
    assert(
      /^ {2}colour {2}(red|blue) \S+%, (red|blue) \S+%$/m.test(said.stdout),
      said.stdout,
    );
    assert(/^ {2}shiny {3}(true|false) \S+%$/m.test(said.stdout), said.stdout);
    assert(/^ {2}height {2}\S+ ± \S+ cm$/m.test(said.stdout), said.stdout);
    const { predictions } = JSON.parse((await task(...ask, "--json")).stdout);
    assertEquals(Object.keys(predictions[0]), [
      "image",
      "known",
      "colour",
      "place",
      "shiny",
      "height",
    ]);
    assertEquals(predictions[0].height.unit, "cm");
  }));
