// @ts-check
/// <reference lib="dom" />
/**
 * A search among the labels of a head that is driven by the keyboard.
 *
 * Source: W3C, ARIA Authoring Practices Guide, "Editable Combobox With List
 * Autocomplete".
 *
 * @module
 */

import { button, make } from "./elements.js";
import { percent, plain } from "./words.js";

/**
 * @typedef {import("./server.js").Label} Label
 * @typedef {{ label: Label, share?: number }} Choice
 *
 * What is chosen for, and what becomes of it.
 * @typedef {{
 *   title: string,
 *   text: string,
 *   choicesFor(text: string): readonly Choice[],
 *   onChoose(label: Label): void,
 *   onLook(): void,
 *   onClose(): void,
 * }} Question
 */

/**
 * An open chooser; {@linkcode focusChooser} puts the cursor into it.
 *
 * @param {Question} question
 */
export function chooser({ title, text, choicesFor, ...question }) {
  const input = make("input", {
    type: "text",
    role: "combobox",
    "aria-expanded": "true",
    "aria-controls": "choices",
    "aria-autocomplete": "list",
    autocomplete: "off",
    spellcheck: "false",
  });
  const list = make("ul", {
    id: "choices",
    role: "listbox",
    "aria-label": "Labels",
  });
  /** @type {readonly Choice[]} */
  let choices = [];
  let active = 0;
  /** @param {number} to */
  const activate = (to) => {
    active = Math.max(0, Math.min(to, choices.length - 1));
    markActive(input, list, active);
  };
  const fill = () => {
    choices = choicesFor(input.value);
    list.replaceChildren(
      ...choices.map((choice, i) => option(choice, i, question.onChoose)),
    );
    list.classList.toggle("none", choices.length === 0);
    activate(0);
  };
  input.value = text;
  input.addEventListener("input", fill);
  input.addEventListener("keydown", (event) => {
    const chosen = choices[active];
    if (event.ctrlKey || event.metaKey) return;
    if (event.key === "ArrowDown") activate(active + 1);
    else if (event.key === "ArrowUp") activate(active - 1);
    else if (event.key === "Escape") question.onClose();
    else if (event.key !== "Enter") return;
    else if (chosen !== undefined) question.onChoose(chosen.label);
    event.preventDefault();
  });
  fill();
  return make(
    "div",
    { class: "chooser" },
    make("label", {}, title, input),
    list,
    make(
      "div",
      { class: "actions" },
      button("Look closer", question.onLook),
      button("Close", question.onClose),
    ),
  );
}

/**
 * Puts the cursor behind what is typed already.
 *
 * @param {HTMLElement} element a chooser
 */
export function focusChooser(element) {
  const input = element.querySelector("input");
  input?.focus();
  input?.setSelectionRange(input.value.length, input.value.length);
}

/**
 * @param {Choice} choice
 * @param {number} i
 * @param {(label: Label) => void} onChoose
 */
function option({ label, share }, i, onChoose) {
  const element = make(
    "li",
    { role: "option", id: `choice-${i}`, "aria-selected": "false" },
    make("span", { class: "name" }, plain(label)),
    make("span", { class: "share" }, share === undefined ? "" : percent(share)),
  );
  element.addEventListener("click", () => onChoose(label));
  return element;
}

/**
 * @param {HTMLInputElement} input
 * @param {HTMLElement} list
 * @param {number} active
 */
function markActive(input, list, active) {
  [...list.children].forEach((each, i) =>
    each.setAttribute("aria-selected", String(i === active))
  );
  const chosen = list.children[active];
  if (chosen === undefined) input.removeAttribute("aria-activedescendant");
  else input.setAttribute("aria-activedescendant", chosen.id);
  chosen?.scrollIntoView({ block: "nearest" });
}

/**
 * The choices that a text finds: those that begin with it before those that have it
 * within.
 *
 * @param {readonly { label: string | boolean, share: number }[]} choices
 * @param {string} text
 */
export function matching(choices, text) {
  const wanted = plain(text.trim().toLowerCase());
  /** @param {{ label: string | boolean }} choice */
  const nameOf = ({ label }) => plain(label).toLowerCase();
  const begin = choices.filter((each) => nameOf(each).startsWith(wanted));
  const within = choices.filter((each) =>
    !begin.includes(each) && nameOf(each).includes(wanted)
  );
  return [...begin, ...within];
}
