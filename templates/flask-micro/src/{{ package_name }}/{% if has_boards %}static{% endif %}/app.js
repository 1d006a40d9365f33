// The page: shows boards, and changes cards before the server has answered.

const LANES = { todo: "To do", doing: "Doing", done: "Done" };
const ARROWS = { left: "←", right: "→", up: "↑", down: "↓" };
const [title, news, notices, view, forget] = ["title", "news", "notices", "view", "forget"].map((id) => document.getElementById(id));

let board = null; // as the server has it, with the changes on their way
let lists = {}; // the list of each lane
let editor = null; // the form of the card that is edited
let queue = Promise.resolve(); // changes go one after the other
let waiting = 0;
let epoch = 0; // ends with a change that was refused: those behind it are not sent

addEventListener("hashchange", () => attempt(open));
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && board && !waiting && attempt(read));
forget.addEventListener("click", () => askForToken("The token is forgotten."));
attempt(open);

async function attempt(task) {
  try {
    await task();
  } catch (problem) {
    if (problem.status === 401) {
      askForToken(problem.message);
    } else {
      notice("error", problem.message);
    }
  }
}

/** Ask the API; what goes wrong is an error with the status, and in a conflict with the card as it is now. */
async function ask(method, path, body) {
  const headers = { Authorization: `Bearer ${sessionStorage.getItem("token") ?? ""}` };
  if (body) {
    headers["Content-Type"] = "application/json";
  }
  const request = { method, headers, body: body && JSON.stringify(body) };
  const answer = await fetch(document.body.dataset.api + path, request).catch(() => null);
  if (answer?.ok) {
    return answer.status === 204 ? null : answer.json();
  }
  const problem = await answer?.json().catch(() => null);
  const said = problem?.detail ?? "The server does not answer. Try again in a minute.";
  throw Object.assign(new Error(said), { status: answer?.status, card: problem?.card });
}

function askForToken(said) {
  const isFirst = !sessionStorage.getItem("token");
  sessionStorage.removeItem("token");
  board = editor = null;
  forget.hidden = true;
  notices.replaceChildren();
  if (!isFirst) {
    notice("warning", said);
  }
  const input = make("input", { id: "token", type: "password", autocomplete: "off", required: true });
  const keep = () => {
    sessionStorage.setItem("token", input.value.trim());
    notices.replaceChildren();
    attempt(open);
  };
  show("Boards", form(keep, label("API token", input), make("button", {}, "Show boards")));
}

async function open() {
  board = editor = null;
  const id = location.hash.match(/^#board-(\d+)$/)?.[1];
  if (!sessionStorage.getItem("token")) {
    askForToken("");
  } else if (id) {
    await read(id);
  } else {
    await showBoards();
  }
}

async function showBoards() {
  const boards = [];
  for (let next = ""; next !== null; ) {
    const page = await ask("GET", `/boards?limit=100${next && `&cursor=${next}`}`);
    boards.push(...page.boards);
    next = page.next_cursor;
  }
  forget.hidden = false;
  const links = boards.map(({ id, name }) => make("li", {}, make("a", { href: `#board-${id}`, dir: "auto" }, name)));
  const input = make("input", { id: "name", required: true, maxLength: 80 });
  const key = newKey();
  const add = () =>
    attempt(async () => {
      location.hash = `#board-${(await ask("POST", "/boards", { name: input.value.trim(), key })).id}`;
    });
  const list = links.length ? make("ul", { className: "list card" }, ...links) : make("p", { className: "empty" }, "There are no boards yet");
  show("Boards", list, form(add, label("Name of a new board", input), make("button", {}, "Add board")));
}

async function read(id = board.id) {
  const isOpen = board?.id === id;
  const found = await ask("GET", `/boards/${id}`);
  forget.hidden = false;
  board = found;
  if (!isOpen) {
    lists = Object.fromEntries(Object.keys(LANES).map((lane) => [lane, make("ul", { className: "list" })]));
    show(found.name, make("p", {}, make("a", { href: "#" }, "All boards")), make("div", { className: "grid" }, ...Object.keys(LANES).map(laneOf)));
  }
  render();
}

function laneOf(lane) {
  const input = make("input", { id: `new-${lane}`, required: true, maxLength: 120 });
  const add = () => {
    const card = { lane, title: input.value.trim(), text: "", key: newKey() };
    input.value = "";
    const request = async () => ask("POST", `/boards/${board.id}/cards`, card);
    change({ ...card, id: card.key, version: 0 }, {}, request, `“${card.title}” is added.`);
  };
  const adding = form(add, label(`New card in ${LANES[lane]}`, input), make("button", { className: "quiet" }, "Add card"));
  const section = make("section", { className: "card" }, make("h2", { id: lane }, LANES[lane]), lists[lane], adding);
  section.setAttribute("aria-labelledby", lane);
  return section;
}

/** Show the cards as they are, and leave the keyboard where it was. */
function render() {
  const focused = document.activeElement?.id;
  for (const lane of Object.keys(LANES)) {
    const cards = board.cards.filter((card) => card.lane === lane);
    lists[lane].replaceChildren(...cards.map((card) => make("li", {}, ...(editor?.card === card.id ? [editor.form] : cardOf(card, cards)))));
  }
  if (focused && document.activeElement?.id !== focused) {
    const [card] = focused.split("/");
    (document.getElementById(focused) ?? document.getElementById(`${card}/edit`))?.focus();
  }
}

function cardOf(card, lane) {
  const button = (does, said, shown, onclick) => {
    const made = make("button", { id: `${card.id}/${does}`, className: "quiet", disabled: !card.version, onclick }, shown);
    made.setAttribute("aria-label", `${said}: ${card.title}`);
    return made;
  };
  const places = placesFor(card, lane);
  const moves = Object.keys(places).map((way) => button(way, `Move ${way}`, ARROWS[way], () => patch(card, places[way], `“${card.title}” moved ${way}.`)));
  const buttons = make("div", { className: "row" }, ...moves, button("edit", "Edit", "Edit", () => edit(card)), button("delete", "Delete", "Delete", () => remove(card)));
  return [make("h3", { dir: "auto" }, card.title), ...(card.text ? [make("p", { className: "text", dir: "auto" }, card.text)] : []), buttons];
}

/** Where a card can go: `{ lane, before }` for each arrow, as the API takes it. */
function placesFor(card, cards) {
  const lanes = Object.keys(LANES);
  const [lane, place] = [lanes.indexOf(card.lane), cards.indexOf(card)];
  const places = {
    left: lane > 0 && { lane: lanes[lane - 1], before: null },
    right: lane < lanes.length - 1 && { lane: lanes[lane + 1], before: null },
    up: place > 0 && { lane: card.lane, before: cards[place - 1].id },
    down: place < cards.length - 1 && { lane: card.lane, before: cards[place + 2]?.id ?? null },
  };
  return Object.fromEntries(Object.entries(places).filter(([, wanted]) => wanted));
}

function edit(card) {
  const input = make("input", { id: "title-edited", required: true, maxLength: 120, value: card.title });
  const text = make("textarea", { id: "text-edited", maxLength: 2000, value: card.text });
  const close = () => {
    editor = null;
    render();
    document.getElementById(`${card.id}/edit`)?.focus();
  };
  const save = () => {
    const wanted = { title: input.value.trim(), text: text.value };
    close();
    patch(card, wanted, `“${wanted.title}” is saved.`, card.version);
  };
  const cancel = make("button", { type: "button", className: "link", onclick: close }, "Cancel");
  const buttons = make("div", { className: "row" }, make("button", { className: "quiet" }, "Save card"), cancel);
  editor = { card: card.id, form: form(save, label("Title", input), label("Text", text), buttons) };
  render();
  input.focus();
}

/** Change a card: the version that was seen when the form opened, or else the newest. */
function patch(card, wanted, said, version) {
  const newest = () => board.cards.find(({ id }) => id === card.id)?.version ?? card.version;
  const request = () => ask("PATCH", `/cards/${card.id}`, { ...wanted, version: version ?? newest() });
  change(card, wanted, request, said);
}

function remove(card) {
  change(card, null, () => ask("DELETE", `/cards/${card.id}?version=${card.version}`), `“${card.title}” is deleted.`);
  title.focus();
}

/** Show a change at once, and send it after those before it; where it is refused, show the board as it is. */
function change(card, wanted, request, said) {
  const begun = epoch;
  const on = board;
  waiting += 1;
  on.cards = changed(on.cards, card, wanted);
  render();
  queue = queue.then(async () => {
    if (begun === epoch && board === on) {
      await attempt(async () => {
        try {
          const answer = await request();
          on.cards = on.cards.map((each) => (each.id === card.id && answer ? { ...each, id: answer.id, version: answer.version } : each));
          news.textContent = said;
        } catch (problem) {
          epoch += 1;
          await (board === on && problem.status !== 401 && read());
          if (!problem.card) {
            throw problem;
          }
          showConflict(card, wanted, problem.card);
        }
      });
    }
    waiting -= 1;
    if (board) {
      render();
    }
  });
}

/** The cards after a change of one: without it where nothing is wanted of it any more. */
function changed(cards, card, wanted) {
  if (!wanted) {
    return cards.filter(({ id }) => id !== card.id);
  }
  const { before, ...fields } = wanted;
  const after = { ...(cards.find(({ id }) => id === card.id) ?? card), ...fields };
  if (before === undefined && cards.some(({ id }) => id === card.id)) {
    return cards.map((each) => (each.id === card.id ? after : each));
  }
  const others = cards.filter(({ id }) => id !== card.id);
  const place = others.findIndex(({ id }) => id === before);
  return place < 0 ? [...others, after] : others.toSpliced(place, 0, after);
}

/** Say that somebody else was faster; where both have written something, show both. */
function showConflict(card, wanted, theirs) {
  const said = make("p", {}, make("strong", {}, `Somebody else changed “${theirs.title}” at the same time.`));
  if (!wanted?.title) {
    notice("warning", said, make("p", {}, "Your change is not made. The board shows the card as it is now."));
    return;
  }
  const both = [["Theirs", theirs], ["Yours", wanted]].flatMap(([who, { title: line, text }]) => [
    make("dt", {}, who),
    make("dd", { className: "text", dir: "auto" }, `${line}\n${text}`),
  ]);
  const close = () => notices.replaceChildren();
  const useMine = () => {
    close();
    patch(card, wanted, `“${wanted.title}” is saved.`, theirs.version);
  };
  const keep = make("button", { className: "quiet", onclick: close }, "Keep theirs");
  const replace = make("button", { className: "quiet", onclick: useMine }, "Replace it with yours");
  notice("warning", said, make("dl", {}, ...both), make("div", { className: "row" }, keep, replace));
}

function notice(tone, ...inside) {
  const message = make("div", { className: `message ${tone}` }, ...inside);
  message.setAttribute("role", tone === "error" ? "alert" : "status");
  notices.replaceChildren(message);
}

function show(heading, ...inside) {
  title.textContent = heading;
  view.replaceChildren(...inside);
}

/** An element, made without markup: what people wrote stays text. */
function make(name, properties, ...inside) {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...inside);
  return element;
}

function form(onsubmit, ...inside) {
  const made = make("form", {}, ...inside);
  made.addEventListener("submit", (event) => {
    event.preventDefault();
    onsubmit();
  });
  return made;
}

function label(text, input) {
  return make("div", { className: "field" }, make("label", { htmlFor: input.id }, text), input);
}

/** A key that nobody has used: whoever sends it twice still makes one thing. */
function newKey() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
