// Elements of the page, made without markup: what people wrote stays text.

/** An element with attributes, listeners (`onclick` and the like) and what is inside. */
export function make(name, attributes = {}, ...inside) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) {
      element.addEventListener(key.slice(2), value);
    } else if (value !== false && value !== null && value !== undefined) {
      element.setAttribute(key, value === true ? "" : value);
    }
  }
  element.append(...inside.filter((part) => part !== null));
  return element;
}

/** A labelled field; `id` is its name, too. */
export function field(label, id, attributes = {}, tag = "input") {
  const name = id.split("-")[0];
  return make("div", { class: "field" }, make("label", { for: id }, label), make(tag, { id, name, ...attributes }));
}

/** Show something else, and leave the keyboard where it was. */
export function show(place, ...inside) {
  const focused = place.contains(document.activeElement) ? document.activeElement.id : "";
  const typed = new Map();
  for (const each of place.querySelectorAll("[data-typed]")) {
    typed.set(each.id, each.value);
  }
  place.replaceChildren(...inside);
  for (const [id, value] of typed) {
    const again = document.getElementById(id);
    if (again?.matches("[data-typed]")) {
      again.value = value;
    }
  }
  if (focused) {
    // A card at the edge cannot go on: its other buttons are still there.
    const card = focused.match(/^(card-\d+)-/)?.[1];
    (document.getElementById(focused) ?? document.getElementById(`${card}-edit`))?.focus();
  }
}
