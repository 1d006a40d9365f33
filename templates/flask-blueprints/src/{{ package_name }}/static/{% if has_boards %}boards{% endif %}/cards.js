// The rules of cards on this side: pure functions, which change nothing that they are given.

export const LANES = { todo: "To do", doing: "Doing", done: "Done" };

export function inLane(cards, lane) {
  return cards.filter((card) => card.lane === lane);
}

/** Where a card would go: `{ lane, before }` as the API takes it, or null where it cannot go. */
export function target(cards, card, direction) {
  const lanes = Object.keys(LANES);
  if (direction === "left" || direction === "right") {
    const lane = lanes[lanes.indexOf(card.lane) + (direction === "left" ? -1 : 1)];
    return lane ? { lane, before: null } : null;
  }
  const lane = inLane(cards, card.lane);
  const place = lane.findIndex(({ id }) => id === card.id);
  if (direction === "up") {
    return place > 0 ? { lane: card.lane, before: lane[place - 1].id } : null;
  }
  return place < lane.length - 1 ? { lane: card.lane, before: lane[place + 2]?.id ?? null } : null;
}

/** The cards after a change of one: at another place where the change says so. */
export function changed(cards, id, { before, ...change }) {
  const kept = { ...cards.find((each) => each.id === id), ...change };
  if (before === undefined) {
    return cards.map((each) => (each.id === id ? kept : each));
  }
  const others = cards.filter((each) => each.id !== id);
  const place = others.findIndex((each) => each.id === before);
  return place < 0 ? [...others, kept] : others.toSpliced(place, 0, kept);
}

/** A key that nobody has used: whoever sends it twice still makes one thing. */
export function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
