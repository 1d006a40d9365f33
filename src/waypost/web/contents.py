"""Sets of answers by their query, with the files that they come to and the highlighting of those."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import PurePosixPath
from threading import BoundedSemaphore
from typing import Any
from urllib.parse import parse_qsl, quote_plus

from pygments import lex
from pygments.lexers import get_lexer_for_filename
from pygments.token import Token
from pygments.util import ClassNotFound
from werkzeug.exceptions import BadRequest, ServiceUnavailable

from waypost.commands.replies.pages import TextFields
from waypost.drafts.draft import Draft, draft_of, files_of
from waypost.model import Value
from waypost.questions.catalogue import Catalogue
from waypost.questions.values import as_text, parse_text
from waypost.sources.embedded import TemplateSource
from waypost.sources.plain import RenderedFile

MOST_ANSWERS = 64
_KEPT_DRAFTS = 256
_KEPT_TREES = 48
_AT_ONCE = 4
_PATIENCE = 2.0
_SHA_LENGTH = 16
_LAST_OF_ONE_UNIT = 0xFFFF
_KINDS: tuple[tuple[Any, str], ...] = (
    (Token.Comment, "c"),
    (Token.Literal.String.Doc, "c"),
    (Token.Literal.String, "s"),
    (Token.Literal.Number, "n"),
    (Token.Keyword, "k"),
    (Token.Operator.Word, "k"),
    (Token.Generic.Heading, "k"),
    (Token.Generic.Subheading, "k"),
    (Token.Name.Decorator, "d"),
    (Token.Name.Variable, "d"),
    (Token.Name.Function, "f"),
    (Token.Name.Class, "f"),
    (Token.Name.Namespace, "f"),
    (Token.Name.Builtin, "f"),
    (Token.Name.Tag, "t"),
    (Token.Name.Attribute, "t"),
)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A query as it was understood: the given answers, what is no question, and the same query in one form."""

    given: Mapping[str, Value]
    unknown: tuple[str, ...]
    key: str


@dataclass(frozen=True, kw_only=True)
class TreeFile:
    """A file of a tree, and the hash of its contents."""

    file: RenderedFile
    sha: str

    @property
    def lines(self) -> int:
        """How many lines it has."""
        content = self.file.content
        return content.count(b"\n") + (not content.endswith(b"\n") and bool(content))


class Answerer:
    """What the answer sets of one template source come to; the latest are kept. Nothing else is remembered.

    Only a few sets are rendered at once: who waits for more than two seconds is asked to try again.
    """

    def __init__(self, source: TemplateSource, catalogue: Catalogue) -> None:
        self.source = source
        self.catalogue = catalogue
        self._places = BoundedSemaphore(_AT_ONCE)
        self._drafts: Callable[[str], Draft] = lru_cache(maxsize=_KEPT_DRAFTS)(self._draft)
        self._trees: Callable[[str], Mapping[str, TreeFile]] = lru_cache(maxsize=_KEPT_TREES)(self._tree)

    def asked(self, query: bytes | str) -> Asked:
        """Return a query as the catalogue understands it. Raises ``BadRequest`` where it cannot be one."""
        try:
            text = query.decode("ascii") if isinstance(query, bytes) else query
            pairs = parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=MOST_ANSWERS)
        except ValueError as error:
            raise BadRequest(f"The query is no list of at most {MOST_ANSWERS} answers in UTF-8.") from error
        return self.understood(pairs)

    def understood(self, pairs: Collection[tuple[str, str]]) -> Asked:
        """Return answers given as text; the last of a key counts."""
        questions = self.catalogue.by_key
        given = {key: parse_text(questions[key], text) for key, text in pairs if key in questions}
        given = {question.key: given[question.key] for question in self.catalogue.questions if question.key in given}
        unknown = dict.fromkeys(key[:80] for key, _ in pairs if key not in questions)
        key = "&".join(f"{name}={quote_plus(as_text(value), safe=',:@/')}" for name, value in given.items())
        return Asked(given=given, unknown=tuple(unknown), key=key)

    def draft(self, asked: Asked) -> Draft:
        """Return what the answers come to."""
        return self._drafts(asked.key)

    def tree(self, asked: Asked) -> Mapping[str, TreeFile]:
        """Return the files by path. Raises ``AnswersError`` where the answers are not those of a project."""
        return self._trees(asked.key)

    def shown_tree(self, asked: Asked) -> Mapping[str, TreeFile]:
        """Return the files by path also where an answer is wrong in itself: its default counts then."""
        draft = self.draft(asked)
        if not draft.mistyped or draft.refusals:
            return self.tree(asked)
        return self.tree(self.understood([(key, as_text(value)) for key, value in draft.given.items()]))

    def _draft(self, key: str) -> Draft:
        return draft_of(self.catalogue, self.asked(key).given)

    def _tree(self, key: str) -> Mapping[str, TreeFile]:
        if not self._places.acquire(timeout=_PATIENCE):
            raise ServiceUnavailable("Too much is going on here; try again in a moment.", retry_after=1)
        try:
            files = files_of(self.source, self._drafts(key))
        finally:
            self._places.release()
        return {path: TreeFile(file=file, sha=sha_of(file.content)) for path, file in sorted(files.items())}


def sha_of(content: bytes) -> str:
    """Return what the page knows contents by."""
    return hashlib.sha256(content).hexdigest()[:_SHA_LENGTH]


@lru_cache(maxsize=2048)
def highlighted(path: str, content: bytes) -> TextFields:
    """Return a file's text with its highlighting, for which its name says what it is written in."""
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return {"text": None, "runs": "", "bytes": len(content)}
    return {"text": text, "runs": _runs(PurePosixPath(path).name, text), "bytes": len(content)}


def _runs(name: str, text: str) -> str:
    try:
        lexer = get_lexer_for_filename(name, stripnl=False, ensurenl=False)
    except ClassNotFound:
        return ""
    runs: list[tuple[str, int]] = []
    for token, part in lex(text, lexer):
        kind = next((mark for family, mark in _KINDS if token in family), "-")
        if runs and (part.isspace() or kind == runs[-1][0]):
            kind, length = runs.pop()
            runs.append((kind, length + len(part)))
        elif part:
            runs.append((kind, len(part)))
    # Pygments reads all line ends as newlines: where that changes a length the text is shown without colours.
    is_whole = sum(length for _, length in runs) == len(text)
    # The page counts as JavaScript does, in units of UTF-16.
    return _counted_in_utf16(runs, text) if is_whole else ""


def _counted_in_utf16(runs: list[tuple[str, int]], text: str) -> str:
    written: list[str] = []
    start = 0
    for kind, length in runs:
        part = text[start : start + length]
        written.append(f"{kind}{length + sum(ord(character) > _LAST_OF_ONE_UNIT for character in part)}")
        start += length
    return "".join(written)
