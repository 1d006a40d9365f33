"""What another answer would change: two sets of answers, rendered and compared file by file. Touches no project."""

from __future__ import annotations

import difflib
import hashlib
import io
import string
import zlib
from base64 import b85encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from waypost.commands.replies.reply import Reply, answer_fields
from waypost.commands.replies.updates import MARKS
from waypost.errors import UsageError
from waypost.model import Value
from waypost.projects.creation import contents_of
from waypost.projects.planning import Plan, catalogue_of, given_answers, plan_of
from waypost.questions.answers import Inputs
from waypost.questions.catalogue import Catalogue
from waypost.questions.values import as_json, shown
from waypost.sources.embedded import embedded
from waypost.sources.plain import RenderedFile
from waypost.update.merge.changes import ChangeKind

if TYPE_CHECKING:  # what replies hold takes long to import, and only type checkers read it
    from waypost.commands.replies.fields import ChangedFields, DiffFields

_EXECUTABLE, _REGULAR = "100755", "100644"
_BINARY_LINE = 52
"""How many bytes a line of a binary patch holds."""
_LENGTHS = f" {string.ascii_uppercase}{string.ascii_lowercase}"
"""How many they are, as the letter that begins the line."""


@dataclass(frozen=True, kw_only=True)
class _FileChange:
    kind: ChangeKind
    diff: str


def diff(inputs: Inputs, against: str | None) -> Reply:
    """Say how the project of the ``inputs`` differs from that of the answers file ``against``.

    Without one it is compared with that of the same file without the settings, or of the defaults. Raises
    ``UsageError`` where there is nothing to compare, and ``AnswersError`` as ``new`` does.
    """
    if not inputs.settings and against is None:
        raise UsageError(
            "there is only one set of answers, and nothing to compare it with",
            hint="Give --set KEY=VALUE for what another answer changes, or --against FILE for another set of answers.",
        )
    if "-" in (inputs.file, against) and inputs.file == against:
        raise UsageError("standard input can be one of the files, not both", hint="Write one of them into a file.")
    source = embedded()
    catalogue = catalogue_of(source.root)
    before = _plan(replace(inputs, file=against if against is not None else inputs.file, settings=()), catalogue)
    after = _plan(inputs, catalogue)
    files = dict(_changes(*(contents_of(source, plan.resolution, plan.recommendation) for plan in (before, after))))
    answers = dict(_changed_answers(before, after))
    fields: DiffFields = {
        "template": {"name": after.template or None, "from": None, "to": source.version},
        "answers": answer_fields(after.answers),
        "changed": list(files),
        "notes": after.notes,
        "templates": {"from": before.template, "to": after.template},
        "changed_answers": {key: _changed(old, new) for key, (old, new) in answers.items()},
        "files": {path: change.kind for path, change in files.items()},
        "diffs": {path: change.diff for path, change in files.items()},
    }
    lines = [
        f"{_counted(files)} differ{'s' if len(files) == 1 else ''}." if files else "No file differs.",
        *(f"  {key}: {_told(old)} -> {_told(new)}" for key, (old, new) in answers.items()),
        *(f"  Note: {note}" for note in after.notes),
        *(f"  {MARKS[change.kind]} {path}" for path, change in files.items()),
    ]
    output = "".join(change.diff for change in files.values())
    return Reply(output=output, text="\n".join(lines), fields=fields, is_diff=True)


def _plan(inputs: Inputs, catalogue: Catalogue) -> Plan:
    return plan_of(catalogue, given_answers(inputs, catalogue, what=""))


def _changed_answers(before: Plan, after: Plan) -> Iterator[tuple[str, tuple[Value | None, Value | None]]]:
    """Yield the answers that differ, in the catalogue's order: None where the question does not apply."""
    for question in after.catalogue.questions:
        old, new = (plan.resolution.shown_answers.get(question.key) for plan in (before, after))
        if old != new:
            yield question.key, (old, new)


def _changed(old: Value | None, new: Value | None) -> ChangedFields:
    return {"from": None if old is None else as_json(old), "to": None if new is None else as_json(new)}


def _told(value: Value | None) -> str:
    return "not asked" if value is None else shown(value)


def _changes(
    before: Mapping[str, RenderedFile], after: Mapping[str, RenderedFile]
) -> Iterator[tuple[str, _FileChange]]:
    for path in sorted(before.keys() | after.keys()):
        old, new = before.get(path), after.get(path)
        if old != new:
            kind: ChangeKind = "added" if old is None else "removed" if new is None else "changed"
            yield path, _FileChange(kind=kind, diff="".join(_lines(path, old, new)))


def _lines(path: str, old: RenderedFile | None, new: RenderedFile | None) -> Iterator[str]:
    """Yield the lines of the unified difference of a file, as git writes and applies them."""
    yield f"diff --git a/{path} b/{path}\n"
    if old is None:
        yield f"new file mode {_mode(new)}\n"
    elif new is None:
        yield f"deleted file mode {_mode(old)}\n"
    elif old.is_executable != new.is_executable:
        yield f"old mode {_mode(old)}\n"
        yield f"new mode {_mode(new)}\n"
    one, other = (file.content if file else b"" for file in (old, new))
    if one == other:
        return
    names = (f"a/{path}" if old else "/dev/null", f"b/{path}" if new else "/dev/null")
    try:
        texts = [io.StringIO(content.decode(), newline="\n").readlines() for content in (one, other)]
    except UnicodeDecodeError:
        yield from _binary_lines(one, other)
        return
    for line in difflib.unified_diff(texts[0], texts[1], names[0], names[1]):
        yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"


def _binary_lines(old: bytes, new: bytes) -> Iterator[str]:
    """Yield how git writes bytes that are no text: whole, in both directions, behind the names of their objects."""
    yield f"index {_object_name(old)}..{_object_name(new)}\n"
    yield "GIT binary patch\n"
    for content in (new, old):
        yield f"literal {len(content)}\n"
        packed = zlib.compress(content)
        for start in range(0, len(packed), _BINARY_LINE):
            part = packed[start : start + _BINARY_LINE]
            yield f"{_LENGTHS[len(part)]}{b85encode(part, pad=True).decode()}\n"
        yield "\n"


def _object_name(content: bytes) -> str:
    """Return what git calls the content: zeros where there is none."""
    if not content:
        return "0" * 40
    return hashlib.sha1(b"blob %d\0%b" % (len(content), content), usedforsecurity=False).hexdigest()


def _mode(file: RenderedFile | None) -> str:
    return _EXECUTABLE if file is not None and file.is_executable else _REGULAR


def _counted(files: Mapping[str, _FileChange]) -> str:
    kinds = [change.kind for change in files.values()]
    parts = [f"{kinds.count(kind)} {kind}" for kind in MARKS if kind in kinds]
    return f"{len(files)} file{'' if len(files) == 1 else 's'} ({', '.join(parts)})"
