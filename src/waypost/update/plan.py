"""Plans and applies an update: a newer template, other answers, another template, or all of them at once."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from waypost.address import has_credentials, without_credentials
from waypost.advice.recommend import recommend
from waypost.errors import StateError, UsageError
from waypost.model import Value
from waypost.projects import decision_record
from waypost.projects.project import Project, enumerated, find_project, refuse_unfit
from waypost.questions.answers import Answer, Inputs, recorded_answers, values_of
from waypost.questions.catalogue import Catalogue, Resolution, load_catalogue
from waypost.questions.record import RECORD, Record, parse_record
from waypost.sources.embedded import TemplateSource, is_canonical
from waypost.sources.rendering import left_alone, refuse_unsafe, rendering
from waypost.sources.source import source_at
from waypost.system import git
from waypost.update.answers import resolve_inputs
from waypost.update.merge.changes import Change, Conflict, Merge
from waypost.update.merge.merge import files_of_the_user, merge, replaced
from waypost.update.merge.trees import EXECUTABLE, REGULAR, File
from waypost.update.writing import switchover, worktree

_DECISIONS = decision_record.PATH.parent.as_posix()


@dataclass(frozen=True, kw_only=True)
class UpdatePlan:
    """What an update would do to a project, decided to the last byte.

    ``template`` and ``version`` are those it leads to, ``old_template`` and ``old_version`` those it starts from.
    ``answers`` are all answers with their origin; ``new_answers`` those to questions that the project had not been
    asked, ``changed_answers`` the old and the new value of others, ``dropped_answers`` those that no question takes
    any more. ``changes`` are the files that change, ``conflicts`` what is left to a person. ``orphans`` are, where the
    template changes, files that the user wrote or edited and that have no counterpart in the new one. ``notes`` say
    what else there is to know, such as which given answers have no effect. Answers to secret questions are shown
    nowhere; ``secrets`` names those that change.
    """

    project: Project
    old_template: str
    old_version: str
    template: str
    version: str
    answers: Mapping[str, Answer]
    new_answers: Mapping[str, Value]
    changed_answers: Mapping[str, tuple[Value, Value]]
    dropped_answers: Mapping[str, Value]
    changes: tuple[Change, ...]
    conflicts: tuple[Conflict, ...]
    orphans: tuple[str, ...]
    notes: tuple[str, ...]
    secrets: tuple[str, ...] = ()

    @property
    def merge(self) -> Merge:
        """The changes and conflicts together."""
        return Merge(changes=self.changes, conflicts=self.conflicts)

    @property
    def is_needed(self) -> bool:
        """Whether there is anything to do."""
        return bool(self.changes or self.conflicts)

    @property
    def changes_framework(self) -> bool:
        """Whether the project leaves Flask for Django, or Django for Flask."""
        frameworks = (decision_record.framework_of(name) for name in (self.old_template, self.template))
        return len(set(frameworks)) > 1

    @property
    def title(self) -> str:
        """The update in a few words, such as a commit's first line."""
        if self.template != self.old_template:
            return f"Change the template from {self.old_template} to {self.template}"
        if self.version != self.old_version:
            return f"Update {self.template} from {self.old_version} to {self.version}"
        changed = [*self.changed_answers, *self.new_answers, *self.secrets]
        if not (changed or self.dropped_answers):
            return "Record the template source's address without credentials"
        return f"Change answers: {', '.join(changed) or 'none'}"


@dataclass(frozen=True, kw_only=True)
class _Recorded:
    """What a project was made from, as its record says, with what that renders to."""

    project: Project
    record: Record
    source: TemplateSource
    resolution: Resolution
    notes: tuple[str, ...]

    @property
    def answers(self) -> Mapping[str, Value]:
        return self.resolution.answers


def apply_update(plan: UpdatePlan, *, when_done: Callable[[], None] = lambda: None) -> None:
    """Write a planned update into the project's files, all at once, and its conflicts into the index.

    What changed is left for review, uncommitted. ``when_done`` is called at the moment it is done. Raises
    ``StateError`` where the project changed since it was planned; nothing is touched then.
    """
    worktree.write(plan.project, plan.merge, title=plan.title, when_done=when_done)


def plan_of(
    folder: str | os.PathLike[str], inputs: Inputs, *, to: str | None = None, is_preview: bool = False
) -> UpdatePlan:
    """Return what updating the project in ``folder`` would do; touch nothing.

    Answers of ``inputs`` replace recorded ones; ``to`` is a version, by default the newest. Raises ``StateError`` where
    the project is not in a state to be updated, ``AnswersError`` where an answer is not valid, ``SourceError`` where a
    version cannot be had.

    For a preview (``is_preview``) files that git does not know yet do no harm: it may be written into one of them.
    """
    with _recorded(Path(folder), is_preview=is_preview) as old, source_at(old.source.url, to) as newer:
        _refuse_older(newer, old.source)
        source = newer if is_canonical(newer.url) else replace(newer, url=without_credentials(old.source.url))
        before = old.answers
        resolution, answers, notes = resolve_inputs(old.record, before, _catalogue_of(source), inputs)
        after = resolution.answers
        is_switch = after.get("template") != before.get("template")
        found, orphans = Merge(changes=(), conflicts=()), tuple[str, ...]()
        if source.version != old.source.version or before != after or has_credentials(old.source.url):
            found, orphans = _merged(old, source, resolution, is_switch=is_switch)
            worktree.refuse_unwritable(old.project, found, allows_new_files=is_preview)
    was, shown = old.resolution.shown_answers, resolution.shown_answers
    return UpdatePlan(
        project=old.project,
        old_template=str(before.get("template", "")),
        old_version=old.source.version,
        template=str(after.get("template", "")),
        version=source.version,
        answers={key: answers[key] for key in shown},
        new_answers={key: shown[key] for key in shown if key not in before},
        changed_answers={key: (was[key], shown[key]) for key in was if key in shown and shown[key] != was[key]},
        dropped_answers={key: was[key] for key in was if key not in after},
        changes=found.changes,
        conflicts=found.conflicts,
        orphans=orphans,
        notes=(*notes, *old.notes, *_migration_notes(found.changes)),
        secrets=tuple(key for key in after if key not in shown and after[key] != before.get(key)),
    )


@dataclass(frozen=True, kw_only=True)
class Regeneration:
    """The files that are not as the template makes them, and what would put them back."""

    project: Project
    template: str
    version: str
    answers: Mapping[str, Answer]
    merge: Merge
    notes: tuple[str, ...]

    @property
    def title(self) -> str:
        """The change in a few words."""
        return f"Put back what {self.template} {self.version} makes"


def plan_regeneration(folder: Path, *, is_preview: bool = False) -> Regeneration:
    """Return what differs in the project in ``folder`` from what its own version and answers make; touch nothing.

    ``is_preview`` means what it does for ``plan_of``. Raises as that does.
    """
    with _recorded(folder, is_preview=is_preview) as old:
        files = _files(old.source, old.resolution)
        for path in left_alone(old.resolution, files):
            if os.path.lexists(old.project.folder / path):
                del files[path]
        found = replaced(old.project, files)
        worktree.refuse_unwritable(old.project, found, allows_new_files=is_preview)
        return Regeneration(
            project=old.project,
            template=str(old.answers.get("template", "")),
            version=old.source.version,
            answers={
                key: answer
                for key, answer in recorded_answers(old.record, old.resolution.catalogue).items()
                if not old.resolution.catalogue.by_key[key].is_secret
            },
            merge=found,
            notes=old.notes,
        )


@contextmanager
def _recorded(folder: Path, *, is_preview: bool) -> Iterator[_Recorded]:
    """Provide what the project was made from; raise ``StateError`` unless it is one that can be updated."""
    project = find_project(folder)
    switchover.recover(project)
    new = refuse_unfit(project, allows_new_files=is_preview)
    notes = (f"Git does not know {enumerated(new)} yet: commit or remove that before you update.",) if new else ()
    # Of the commit that all the rest is compared with, whatever is written into the project meanwhile.
    committed = git.run_bytes("cat-file", "blob", f"{project.tree}:{RECORD}", cwd=project.folder)
    record = parse_record(committed, project.folder / RECORD)
    record.refuse_unnamed()
    with source_at(record.address, record.version) as found:
        # With the address as it is recorded, be it with credentials: only so nobody has edited the record.
        source = replace(found, url=record.address, version=record.version)
        catalogue = _catalogue_of(source)
        resolution = catalogue.resolve(values_of(recorded_answers(record, catalogue)))
        if resolution.problems:
            problem = resolution.problems[0]
            raise StateError(
                f"{record.path} holds what {record.version} could not have made: {problem.key}: {problem.message}",
                hint=f"Take edits by hand out of it (git log -p -- {RECORD}); answers change with --set KEY=VALUE.",
                key=problem.key,
            )
        yield _Recorded(
            project=project, record=record, source=source, resolution=resolution, notes=(*record.notes, *notes)
        )


def _merged(
    old: _Recorded, source: TemplateSource, resolution: Resolution, *, is_switch: bool
) -> tuple[Merge, tuple[str, ...]]:
    """Return the merge and, where the template is another one, the user's files that have no counterpart in it."""
    old_files, new_files = _files(old.source, old.resolution), _files(source, resolution)
    for path in left_alone(old.resolution, old_files) | left_alone(resolution, new_files):
        # What the template has made once is the project's own, and so is what stands in the place.
        if path in old_files or os.path.lexists(old.project.folder / path):
            old_files.pop(path, None)
            new_files.pop(path, None)
    orphans: tuple[str, ...] = ()
    if is_switch:
        yours = files_of_the_user(old.project, old_files)
        orphans = tuple(path for path in yours if path not in new_files and not _is_from_birth(path))
        new_files |= _next_decision(yours, resolution, str(old.answers.get("template", "")))
    found = merge(old.project, old_files, new_files, label=source.version, follows_renames=not is_switch)
    return found, orphans


def _files(source: TemplateSource, resolution: Resolution) -> dict[str, File]:
    rendered = rendering(source, resolution)
    return {path: File(EXECUTABLE if file.is_executable else REGULAR, file.content) for path, file in rendered.items()}


def _catalogue_of(source: TemplateSource) -> Catalogue:
    catalogue = load_catalogue(source.root)
    refuse_unsafe(catalogue.settings, source)
    return catalogue


def _refuse_older(source: TemplateSource, old: TemplateSource) -> None:
    from packaging.version import InvalidVersion, Version  # noqa: PLC0415 - only where versions are compared

    try:
        is_older = Version(source.version) < Version(old.version)
    except InvalidVersion:
        return
    if is_older:
        raise UsageError(
            f"{source.version} is older than {old.version}, which the project is at; updates only go forward",
            hint="Take the last update back with `waypost undo`, or git revert the commit that holds it.",
        )


def _next_decision(paths: tuple[str, ...], resolution: Resolution, before: str) -> dict[str, File]:
    """Return the record of the decision for another template, which belongs to the user like the first one."""
    keys = [question.key for question in resolution.catalogue.questions if question.group == "decision"]
    if not keys or not decision_record.framework_of(str(resolution.answers.get("template", ""))):
        return {}
    decisions = {key: str(resolution.answers[key]) for key in keys if key in resolution.answers}
    path = decision_record.next_path(paths)
    number = int(path.name.partition("-")[0])
    text = decision_record.text(recommend(decisions), resolution.answers, number=number, before=before)
    return {path.as_posix(): File(REGULAR, text.encode())}


def _migration_notes(changes: Iterable[Change]) -> tuple[str, ...]:
    """Say which migrations change that may have run already: a database does not run one twice."""
    paths = [
        change.path
        for change in changes
        if change.kind != "added" and change.path.endswith(".py") and "migrations" in PurePosixPath(change.path).parts
    ]
    ran = [path for path in paths if PurePosixPath(path).name[:1].isdigit()]
    if not ran:
        return ()
    advice = (
        "Where one has run already, put yours back (git checkout HEAD -- FILE) and have a new one made for the rest."
    )
    return (f"Migrations change: {enumerated(ran)}. {advice}",)


def _is_from_birth(path: str) -> bool:
    return path in (RECORD, ".env") or path.startswith(f"{_DECISIONS}/")
