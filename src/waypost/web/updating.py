"""Updates of a project as they are shown on the page: kept until they are applied, and applied as they were shown."""

from __future__ import annotations

import hashlib
import json
import shlex
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from queue import Empty, Queue
from threading import Event, Lock, Thread
from typing import cast

from waypost.commands.changes.updates import rehearsal_fields, update_fields
from waypost.commands.replies.pages import ShownUpdateFields, SidesFields, TextFields
from waypost.commands.replies.reply import error_fields
from waypost.commands.update import masked_differences, refused_by_git, rehearsed
from waypost.errors import ErrorCode, InternalError, StateError, UsageError, WaypostError
from waypost.questions.answers import Inputs
from waypost.questions.values import as_text
from waypost.system.git import GitError
from waypost.update.merge.changes import Conflict
from waypost.update.plan import UpdatePlan, apply_update, plan_of
from waypost.update.rehearsal import Watcher
from waypost.web.contents import Asked, highlighted

_BEAT = 1.0
_OLD, _OURS, _NEW = 1, 2, 3


class Updates:
    """The update that was shown last of each project: only that one can be applied."""

    def __init__(self) -> None:
        self._shown: dict[Path, tuple[str, UpdatePlan]] = {}
        self._lock = Lock()
        self.is_over = Event()
        """Set when the server ends: rehearsals end with it."""

    def show(self, project: Path, name: str, asked: Asked, *, to: str | None, stays: bool) -> ShownUpdateFields:
        """Return what an update would do, file by file; touch nothing. Raises as ``update`` does."""
        try:
            plan = plan_of(project, Inputs(values=asked.given), to=to, stays=stays)
            diffs = masked_differences(plan) if plan.is_needed else {}
        except GitError as error:
            raise refused_by_git(error) from error
        id_ = _id_of(plan)
        with self._lock:
            self._shown[project] = (id_, plan)
        version = ["--to", plan.version] if stays or to else []
        settings = [part for key, value in asked.given.items() for part in ("--set", f"{key}={as_text(value)}")]
        fields = {
            **update_fields(plan, is_preview=True),
            "plan": id_,
            "title": plan.title if plan.is_needed else "Nothing to do",
            "command": shlex.join(["waypost", "update", name, *version, *settings]),
            "needs_agreement": plan.changes_framework,
            "diffs": diffs,
            "sides": {conflict.path: _sides(conflict, plan) for conflict in plan.conflicts},
        }
        return cast("ShownUpdateFields", fields)

    def plan(self, project: Path, id_: str) -> UpdatePlan:
        """Return the update that was shown by this id. Raises ``StateError`` unless it was the last one."""
        with self._lock:
            shown, plan = self._shown.get(project, ("", None))
        if plan is None or shown != id_:
            raise StateError(
                "this is not the update that was shown last", hint="Look at it again, and then apply what you see."
            )
        return plan

    def apply(self, project: Path, id_: str, *, is_agreed: bool) -> UpdatePlan:
        """Write the update that was shown, to the byte. Raises ``StateError`` where it no longer fits the project."""
        plan = self.plan(project, id_)
        if not plan.is_needed:
            raise UsageError("there is nothing to apply", hint="Choose a change first.")
        if plan.changes_framework and not is_agreed:
            raise UsageError(
                "the framework changes, and nobody has agreed to that",
                hint="Read what it leaves to you, and agree.",
                code=ErrorCode.AGREEMENT_NEEDED,
            )
        try:
            apply_update(plan)
        except GitError as error:
            raise refused_by_git(error) from error
        with self._lock:
            self._shown.pop(project, None)
        return plan

    def rehearsal(self, project: Path, id_: str) -> Iterator[str]:
        """Return lines of JSON: what the project's own commands print, as they print it, and how it went.

        A line without text comes each second, so that it is noticed when nobody reads any more; then all of it ends.
        """
        plan = self.plan(project, id_)
        if plan.conflicts or not plan.is_needed:
            what = "conflicts have to be resolved first" if plan.conflicts else "there is nothing to try"
            raise UsageError(what, hint="Choose another change.")
        return self._lines(plan)

    def _lines(self, plan: UpdatePlan) -> Iterator[str]:
        parts: Queue[Mapping[str, object]] = Queue()
        is_left = Event()

        def hears(part: bytes) -> None:
            parts.put({"text": part.decode(errors="replace")})

        watcher = Watcher(hears=hears, is_enough=lambda: is_left.is_set() or self.is_over.is_set())
        thread = Thread(target=_rehearse, args=(plan, watcher, parts.put))
        thread.start()
        try:
            while True:
                try:
                    part = parts.get(timeout=_BEAT)
                except Empty:
                    part = {"text": ""}
                yield f"{json.dumps(part)}\n"
                if "text" not in part:
                    return
        finally:
            is_left.set()
            thread.join()


def _rehearse(plan: UpdatePlan, watcher: Watcher, put: Callable[[Mapping[str, object]], None]) -> None:
    try:
        put({"rehearsal": rehearsal_fields(rehearsed(plan, watcher))})
    except WaypostError as error:
        put(error_fields(error))
    except OSError as error:
        put(error_fields(StateError(f"it could not be tried: {error.strerror or error}", code=ErrorCode.SYSTEM)))
    except BaseException:
        put(error_fields(InternalError("That is a mistake in Waypost.")))
        raise


def _sides(conflict: Conflict, plan: UpdatePlan) -> SidesFields:
    merged = {change.path: change.file for change in plan.changes}.get(conflict.path)
    return {
        "base": _side(conflict, _OLD),
        "ours": _side(conflict, _OURS),
        "theirs": _side(conflict, _NEW),
        "marked": highlighted(conflict.path, merged.content) if merged else None,
    }


def _side(conflict: Conflict, number: int) -> TextFields | None:
    stage = conflict.stages.get(number)
    return highlighted(conflict.path, stage.content) if stage and stage.content is not None else None


def _id_of(plan: UpdatePlan) -> str:
    """Return a name that no other plan has: of the commit it starts from and of every byte that it writes."""
    hashed = hashlib.sha256(repr((plan.project.folder, plan.project.tree, plan.title)).encode(errors="replace"))
    for change in plan.changes:
        hashed.update(repr(change).encode(errors="replace"))
    for conflict in plan.conflicts:
        hashed.update(repr(conflict).encode(errors="replace"))
    return hashed.hexdigest()[:32]
