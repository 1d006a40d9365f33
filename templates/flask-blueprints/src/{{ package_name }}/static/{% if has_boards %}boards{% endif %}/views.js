// Parts of the page that only show what they are given.

import { field, make } from "./dom.js";

/** The form that asks who somebody is. */
export function signInForm(onsubmit) {
  return make(
    "form",
    { class: "card", onsubmit },
    field("Email", "email", { type: "email", autocomplete: "username", required: true }),
    field("Password", "password", { type: "password", autocomplete: "current-password", required: true }),
    make(
      "div",
      { class: "field" },
      make("label", { for: "remember" }, "Keep me signed in on this device"),
      make("input", { type: "checkbox", id: "remember", name: "remember" }),
    ),
    make("div", { class: "row" }, make("button", {}, "Sign in")),
  );
}

/** The form that makes a board. */
export function boardForm(onsubmit) {
  return make(
    "form",
    { onsubmit },
    field("Name of a new board", "name", { required: true, maxlength: 80 }),
    make("button", {}, "Add board"),
  );
}

/** The form that changes a card. */
export function editForm(card, onsubmit, cancel) {
  const title = { required: true, maxlength: 120, value: card.title, "data-typed": true };
  const text = field("Text", "text-edited", { maxlength: 2000, "data-typed": true }, "textarea");
  text.lastChild.value = card.text;
  const buttons = make(
    "div",
    { class: "row" },
    make("button", { class: "quiet" }, "Save card"),
    make("button", { class: "link", type: "button", onclick: cancel }, "Cancel"),
  );
  return make("form", { onsubmit }, field("Title", "title-edited", title), text, buttons);
}

/** Both versions of a card that two people changed, and what can be done; `isOurs` if it was somebody's other window. */
export function conflict(wanted, theirs, isOurs, keepTheirs, useMine) {
  const who = isOurs ? "You changed" : `${theirs.changed_by ?? "Somebody"} changed`;
  const where = isOurs ? " in another window" : "";
  const said = make("p", {}, make("strong", {}, `${who} “${theirs.title}”${where} at the same time.`));
  if (!("title" in wanted)) {
    return [said, make("p", {}, "Your change is not made. The board shows the card as it is now.")];
  }
  const both = make(
    "dl",
    {},
    make("dt", {}, "Theirs"),
    make("dd", { class: "text", dir: "auto" }, `${theirs.title}\n${theirs.text}`),
    make("dt", {}, "Yours"),
    make("dd", { class: "text", dir: "auto" }, `${wanted.title}\n${wanted.text}`),
  );
  const buttons = make(
    "div",
    { class: "row" },
    make("button", { class: "quiet", onclick: keepTheirs }, "Keep theirs"),
    make("button", { class: "quiet", onclick: useMine }, "Replace it with yours"),
  );
  return [said, both, buttons];
}
