// What is wrong with the page as it stands in the window: a list of sentences, empty when nothing is.
(foreign) => {
  const faults = new Set();
  const window_width = document.documentElement.clientWidth;
  const name = element => {
    const html = element.outerHTML.replace(/\s+/g, " ");
    return html.length > 110 ? html.slice(0, 110) + "…" : html;
  };
  const is_theirs = element => element.closest(foreign) !== null;
  // Out of sight on purpose: what only screen readers are told, and links to skip with until they have the focus.
  const is_seen = element =>
    element.checkVisibility({ visibilityProperty: true, contentVisibilityAuto: true }) &&
    !element.closest(".visually-hidden, .skip");
  // What somebody can scroll to is not cut off.
  const scroller = element => {
    for (let outer = element; outer && outer !== document.body; outer = outer.parentElement) {
      if (["auto", "scroll"].includes(getComputedStyle(outer).overflowX)) return outer;
    }
    return null;
  };

  if (document.documentElement.scrollWidth > window_width + 1) {
    faults.add(`the page is ${document.documentElement.scrollWidth} pixels wide in a window of ${window_width}`);
  }

  // Atoms: lines of text, and what one presses or fills in.
  const atoms = [];
  const words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (words.nextNode()) {
    const text = words.currentNode;
    const element = text.parentElement;
    if (!text.data.trim() || ["SCRIPT", "STYLE", "NOSCRIPT", "TEMPLATE", "OPTION"].includes(element.tagName)) continue;
    if (is_theirs(element) || !is_seen(element)) continue;
    const range = document.createRange();
    range.selectNodeContents(text);
    for (const box of range.getClientRects()) {
      if (box.width > 1 && box.height > 1) atoms.push({ element, box, is_text: true });
    }
    find_broken_words(text, element, range);
  }
  for (const element of document.querySelectorAll("input:not([type=hidden]), select, textarea, button, .button, img")) {
    if (!is_seen(element) || is_theirs(element)) continue;
    atoms.push({ element, box: element.getBoundingClientRect(), is_text: false });
  }

  function find_broken_words(text, element, range) {
    const style = getComputedStyle(element);
    if (style.wordBreak === "break-all") faults.add(`any word may be broken: ${name(element)}`);
    const room = (document.querySelector("main") ?? document.body).clientWidth * 0.6;
    const lines_of = (start, length) => {
      range.setStart(text, start);
      range.setEnd(text, start + length);
      return [...range.getClientRects()].filter(box => box.width > 0);
    };
    for (const token of text.data.matchAll(/\S+/g)) {
      // What would fill most of a line by itself, such as a path, has to break somewhere.
      if (lines_of(token.index, token[0].length).reduce((sum, box) => sum + box.width, 0) >= room) continue;
      for (const word of token[0].matchAll(/[\p{L}\p{M}]{2,}/gu)) {
        if (word[0].length > 30) continue;  // no word that one meets
        const lines = lines_of(token.index + word.index, word[0].length);
        if (new Set(lines.map(box => Math.round(box.top))).size > 1) {
          faults.add(`the word ${word[0]} is broken: ${name(element)}`);
        }
      }
    }
  }

  for (const { element, box } of atoms) {
    if (scroller(element)) continue;
    if (box.left < -1 || box.right > window_width + 1) faults.add(`out of the window: ${name(element)}`);
  }

  // Cut off: more inside than a box that hides the rest can show.
  for (const element of document.body.querySelectorAll("*")) {
    if (is_theirs(element) || !is_seen(element)) continue;
    const style = getComputedStyle(element);
    if (!["hidden", "clip"].includes(style.overflowX)) continue;
    const own = element.getBoundingClientRect();
    for (const atom of atoms) {
      if (!atom.is_text || !element.contains(atom.element) || scroller(atom.element)) continue;
      const { box } = atom;
      const is_out = box.right > own.right + 1 || box.left < own.left - 1 || box.bottom > own.bottom + 1;
      if (is_out) faults.add(`cut off by ${name(element)}: ${name(atom.element)}`);
    }
  }
  for (const button of document.querySelectorAll("button, .button, .badge, [type=submit]")) {
    if (is_seen(button) && !is_theirs(button) && button.scrollWidth > button.clientWidth + 1) {
      faults.add(`the words do not fit into ${name(button)}`);
    }
  }

  // One thing to do stands out; the rest is quiet, dangerous or a link.
  const primary = [...document.querySelectorAll("main :is(button, .button):not(.quiet, .danger, .link)")];
  const standing_out = primary.filter(button => is_seen(button) && !is_theirs(button));
  if (standing_out.length > 1) faults.add(`several primary buttons: ${standing_out.map(name).join(" ")}`);

  // Overlap: two atoms of which neither holds the other.
  const is_above = element => element.closest("details.menu ul, dialog, [popover]") !== null;
  for (let one = 0; one < atoms.length; one += 1) {
    for (let other = one + 1; other < atoms.length; other += 1) {
      const [a, b] = [atoms[one], atoms[other]];
      if (a.element === b.element || a.element.contains(b.element) || b.element.contains(a.element)) continue;
      if (is_above(a.element) !== is_above(b.element)) continue;
      if (scroller(a.element) !== scroller(b.element)) continue;
      const wide = Math.min(a.box.right, b.box.right) - Math.max(a.box.left, b.box.left);
      const high = Math.min(a.box.bottom, b.box.bottom) - Math.max(a.box.top, b.box.top);
      // The boxes of two lines of text may touch where the letters do not.
      const bearable = a.is_text && b.is_text ? 0.35 * Math.min(a.box.height, b.box.height) : 1;
      if (wide > 1 && high > bearable) faults.add(`${name(a.element)} overlaps ${name(b.element)}`);
    }
  }
  return [...faults];
}
