// What a change of a project comes to: what it would do, what it leaves to a person, and what can be done about it.
import { difference, whole } from './code.js';
import { diffLines } from './diff.js';
import { S, draw, nameOf, titleOf } from './state.js';
import { copy, h, icon, plural } from './dom.js';
import { skeleton } from './questions.js';
import { apply, attempt, rehearse, undo, what } from './project.js';

const failure = (P) => (P.failed ? h('div', { class: 'refusal', role: 'alert' }, h('p', { class: 'refusal-head' }, icon('stop'), h('strong', null, 'That did not work')), h('p', null, sentence(P.failed.message)), P.failed.hint ? h('p', { class: 'quiet' }, P.failed.hint) : null) : null);
const sentence = (text) => `${text[0].toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}`;

export function outcome(P) {
  if (P.stage === 'look') return h('p', { class: 'empty' }, 'Choose a change on the left: a newer version, another answer, another template. Waypost merges it in a place of its own and shows what comes out.');
  if (P.stage === 'working' || P.stage === 'writing') return [h('p', { role: 'status', class: 'quiet' }, P.stage === 'working' ? 'Merging in a place of its own…' : 'Writing…'), skeleton(6)];
  if (P.stage === 'refused') return refused(P);
  if (P.stage === 'undone') return [h('p', { class: 'outcome' }, h('strong', null, 'Taken back.'), ' Every file and the index are as they were, to the byte.'), again(P), failure(P)];
  const shown = P.shown;
  if (!shown) return failure(P);
  if (!Object.keys(shown.files).length) return [h('p', { class: 'empty' }, 'The project is as this would make it. There is nothing to do.'), notes(shown)];
  const done = P.stage === 'applied';
  return [
    h('p', { class: `outcome${shown.conflicts.length ? ' has-conflicts' : ''}` }, h('strong', null, `${done ? 'Applied: ' : ''}${what(shown)}.`), done ? ' Uncommitted, for you to look at.' : ' Nothing was touched yet.'),
    moves(shown), conflicts(P, shown), orphans(shown), environment(shown), notes(shown), failure(P),
    shown.needs_agreement && !done ? h('label', { class: 'switch agree' }, h('input', { type: 'checkbox', checked: P.agreed, 'data-f': 'agree', onchange: (event) => { P.agreed = event.target.checked; draw(); } }), h('span', null, 'I have read what this leaves to me')) : null,
    h('div', { class: 'row' }, done
      ? h('button', { type: 'button', class: 'button primary', 'data-f': 'undo', onclick: undo }, icon('reset'), 'Undo')
      : [h('button', { type: 'button', class: 'button primary', 'data-f': 'apply', disabled: shown.needs_agreement && !P.agreed, onclick: apply }, shown.conflicts.length ? 'Apply, with conflicts' : 'Apply'),
        h('button', { type: 'button', class: 'button', 'data-f': 'rehearse', title: 'Makes the updated project elsewhere and runs its own make setup and make test', disabled: Boolean(shown.conflicts.length || P.rehearsal?.runs), onclick: rehearse }, 'Rehearse (its own tests)')]),
    rehearsal(P),
    done ? h('section', { class: 'next' }, h('h3', null, 'Next, in a terminal'), h('pre', { tabIndex: 0, 'aria-label': 'Next steps' }, P.applied.next.join('\n')), h('button', { type: 'button', class: 'small', 'data-f': 'copy-next', onclick: (event) => copy(P.applied.next.join('\n'), event.currentTarget) }, icon('copy'), h('span', { class: 'said' }, 'Copy'))) : null,
    h('p', { class: 'quiet cmd' }, 'The same in a terminal: ', h('code', null, shown.command)),
  ];
}

const again = (P) => h('div', { class: 'row' }, h('button', { type: 'button', class: 'button', 'data-f': 'again', onclick: () => attempt({}) }, 'Show the change again'), Object.keys(P.given).length ? null : h('span', { class: 'quiet' }, P.state?.newest));

function refused(P) {
  const { refusals, ways_out: ways } = P.plan;
  return h('div', { class: 'refusals', role: 'alert' }, h('div', { class: 'refusal' },
    h('p', { class: 'refusal-head' }, icon('stop'), h('strong', null, 'This does not go together')),
    h('ul', null, refusals.map(({ because }) => h('li', null, sentence(because)))),
    h('div', { class: 'fixes' }, h('p', { class: 'quiet' }, 'Each of these ends it:'),
      ways.slice(0, 6).map((way, index) => h('button', { type: 'button', class: 'schip', 'data-f': `way-${index}`, onclick: () => attempt({ ...way.changes, ...Object.fromEntries(Object.entries(way.result).filter(([, value]) => value !== null)) }) }, Object.entries(way.result).map(([key, value]) => `${nameOf(key)}: ${titleOf(key, value)}`).join(' + '))),
      h('button', { type: 'button', class: 'link', 'data-f': 'leave', onclick: () => attempt(Object.fromEntries(Object.keys(P.given).map((key) => [key, undefined]))) }, 'Leave it as it is'))));
}

function moves(shown) {
  const rows = [...Object.entries(shown.changed_answers).map(([key, { from, to }]) => [nameOf(key), titleOf(key, from), titleOf(key, to)]), ...Object.entries(shown.new_answers).map(([key, value]) => [nameOf(key), 'not asked before', titleOf(key, value)]), ...Object.entries(shown.dropped_answers).map(([key, value]) => [nameOf(key), titleOf(key, value), 'no longer asked'])];
  if (shown.template.from !== shown.template.to) rows.unshift(['Version', shown.template.from, shown.template.to]);
  return rows.length ? h('table', { class: 'moves' }, h('caption', { class: 'sr' }, 'What changes'), h('tbody', null, rows.map(([name, from, to]) => h('tr', null, h('th', { scope: 'row' }, name), h('td', null, from), h('td', { class: 'to' }, '→'), h('td', null, to))))) : null;
}

function conflicts(P, shown) {
  return shown.conflicts.length ? h('section', { class: 'conflicts' }, h('h3', null, icon('warn'), ` ${plural(shown.conflicts.length, 'conflict')}, left to you`), h('p', null, 'You and the template changed the same lines. Nothing is guessed: the file gets both, marked.'),
    h('ul', null, shown.conflicts.map((path) => h('li', null, h('button', { type: 'button', class: 'because', 'data-f': `c-${path}`, onclick: () => { P.file = path; S.pane = 'files'; S.fileOpen = true; draw(); } }, path), h('span', { class: 'quiet' }, ` ${shown.reasons[path] ?? ''}`))))) : null;
}

const orphans = (shown) => (shown.orphans.length ? h('section', { class: 'orphans' }, h('h3', null, 'Yours, without a counterpart'), h('p', { class: 'quiet' }, 'These stay where they are until you move or delete them.'), h('ul', null, shown.orphans.map((path) => h('li', null, h('code', null, path))))) : null);

function environment({ environment: env, servers }) {
  const lines = [...Object.entries(env.added).map(([name, value]) => `${name}=${value}`), ...Object.keys(env.changed).map((name) => `${name} changes`), ...env.removed.map((name) => `${name} goes`)];
  return lines.length || servers.length ? h('section', { class: 'orphans' }, lines.length ? [h('h3', null, 'In your .env'), h('ul', null, lines.map((line) => h('li', null, h('code', null, line))))] : null, servers.length ? h('p', null, `Needs: ${servers.join(', ')}.`) : null) : null;
}

const notes = (shown) => shown.notes.map((note) => h('p', { class: 'notice' }, icon('warn'), h('span', null, note)));

function rehearsal({ rehearsal: run }) {
  if (!run) return null;
  const { result } = run;
  return h('section', { class: 'next' },
    h('h3', null, run.runs ? 'Rehearsing in a place of its own…' : result?.status === 'passed' ? 'Rehearsed: its own tests pass' : result ? `Rehearsed: ${result.failed} failed` : 'The rehearsal ended early'),
    run.runs ? h('div', { class: 'progress' }) : null,
    h('pre', { class: 'log', tabIndex: 0, 'data-scroll': 'log', 'aria-label': 'Output of the rehearsal' }, run.text.slice(-6_000) || ' '));
}

// A file in conflict: as it will be written, with both sides marked, or yours and the template's beside each other.
export function conflictSides(sides, shown, because) {
  if (shown === 'marked' && sides.marked?.text) return [because ? h('p', { class: 'moved-from' }, because) : null, whole(sides.marked, conflictLines(sides.marked.text))];
  const column = (title, side) => h('section', { class: 'beside-col' }, h('h4', null, title), !side ? h('p', { class: 'empty' }, 'Not there.') : side.text === null ? h('p', { class: 'empty' }, `Binary, ${side.bytes} bytes.`) : sides.base?.text ? difference(diffLines(sides.base.text, side.text), sides.base, side) : whole(side));
  return h('div', { class: 'beside' }, column('Yours', sides.ours), column('The template’s', sides.theirs));
}

function conflictLines(text) {
  const marks = new Map();
  let inside = false;
  text.split('\n').forEach((line, index) => {
    if (line.startsWith('<<<<<<<')) inside = true;
    if (inside) marks.set(index, true);
    if (line.startsWith('>>>>>>>')) inside = false;
  });
  return marks;
}
