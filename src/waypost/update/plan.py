"""Plans and applies an update: a newer template, other answers, another template, or all of them at once."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from waypost.address import has_credentials, without_credentials
from waypost.errors import AnswersError, ErrorCode, UsageError
from waypost.model import Value
from waypost.projects import decision_record
from waypost.projects.belongings import is_migration
from waypost.projects.project import Project
from waypost.questions.answers import Answer, Inputs, recorded_answers
from waypost.questions.catalogue import Resolution
from waypost.questions.record import RECORD
from waypost.sources.embedded import TemplateSource, embedded, is_canonical
from waypost.sources.rendering import left_alone
from waypost.sources.source import source_at
from waypost.update.adoption import Adoption
from waypost.update.answers import resolve_inputs
from waypost.update.consequences.model import Consequences
from waypost.update.features import wished
from waypost.update.merge.changes import Change, Conflict, Merge
from waypost.update.merge.merge import replaced
from waypost.update.outcome import Outcome, outcome_of
from waypost.update.recorded import Recorded, catalogue_of, recorded, rendered_files
from waypost.update.writing import worktree


@dataclass(frozen=True, kw_only=True)
class UpdatePlan:
    """What an update would do to a project, decided to the last byte.

    ``template`` and ``version`` are those it leads to, ``old_template`` and ``old_version`` those it starts from.
    ``answers`` are all answers with their origin; ``new_answers`` those to questions that the project had not been
    asked, ``changed_answers`` the old and the new value of others, ``dropped_answers`` those that no question takes
    any more. ``adoption`` says, in a project that was there before its template, which files come in and which do not.
    ``changes`` are the files that change, ``conflicts`` what is left to a person. ``orphans`` are, where the
    template changes, files that the user wrote or edited and that have no counterpart in the new one; what migrations
    need that are still run is none. ``notes`` say what else there is to know, such as which given answers have no
    effect. Answers to secret questions are shown nowhere; ``secrets`` names those that change.
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
    consequences: Consequences
    notes: tuple[str, ...]
    secrets: tuple[str, ...] = ()
    adoption: Adoption | None = None

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
        taken = self.adoption.taken if self.adoption else ()
        if taken and not (self.changed_answers or self.new_answers):
            files = "1 file" if len(taken) == 1 else f"{len(taken)} files"
            return f"Take {files} of {self.template} {self.version}"
        changed = [*self.changed_answers, *self.new_answers, *self.secrets]
        if not (changed or self.dropped_answers):
            return "Record the template source's address without credentials"
        return f"Change answers: {', '.join(changed) or 'none'}"


def apply_update(plan: UpdatePlan, *, when_done: Callable[[], None] = lambda: None) -> None:
    """Write a planned update into the project's files, all at once, and its conflicts into the index.

    What changed is left for review, uncommitted. ``when_done`` is called at the moment it is done. Raises
    ``StateError`` where the project changed since it was planned; nothing is touched then.
    """
    worktree.write(plan.project, plan.merge, title=plan.title, when_done=when_done)


def plan_of(
    folder: str | os.PathLike[str],
    inputs: Inputs,
    *,
    to: str | None = None,
    stays: bool = False,
    only: Sequence[str] = (),
    is_preview: bool = False,
) -> UpdatePlan:
    """Return what updating the project in ``folder`` would do; touch nothing.

    Answers of ``inputs`` replace recorded ones; ``to`` is a version, by default the newest, or the project's own where
    it ``stays``. Into a project that was adopted come the files ``only``: by default all that it lacks, or those of
    them that other answers concern.

    Raises ``StateError`` where the project is not in a state to be updated, ``AnswersError`` where an
    answer is not valid, ``SourceError`` where a version cannot be had.

    For a preview (``is_preview``) files that git does not know yet do no harm: it may be written into one of them.
    """
    with (
        recorded(Path(folder), is_preview=is_preview) as old,
        source_at(old.source.url, old.source.version if stays and to is None else to) as newer,
    ):
        _refuse_older(newer, old.source)
        source = newer if is_canonical(newer.url) else replace(newer, url=without_credentials(old.source.url))
        before = old.answers
        resolution, answers, notes = _resolved(old, source, inputs)
        after = resolution.answers
        found = Outcome()
        is_adopted = old.memory.taken is not None
        if only and not is_adopted:
            raise UsageError(
                "--only takes part of a template into a project that was adopted; this one was made from its template",
                hint="An update merges all of a version: look at it with --dry-run.",
            )
        if is_adopted or source.version != old.source.version or before != after or has_credentials(old.source.url):
            found = outcome_of(old, source, resolution, only=only)
            worktree.refuse_unwritable(old.project, found.merge, allows_new_files=is_preview)
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
        changes=found.merge.changes,
        conflicts=found.merge.conflicts,
        orphans=found.orphans,
        consequences=found.consequences,
        notes=(*notes, *old.notes, *found.notes, *found.consequences.notes),
        adoption=found.adoption,
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
    with recorded(folder, is_preview=is_preview) as old:
        files = rendered_files(old.source, old.resolution)
        alone = {path for path in left_alone(old.resolution, files) if os.path.lexists(old.project.folder / path)}
        own = old.memory.of(files.keys()) | {RECORD}
        wanted = {
            path: file for path, file in files.items() if path in own and path not in alone and not is_migration(path)
        }
        found = replaced(old.project, wanted)
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


def _resolved(
    old: Recorded, source: TemplateSource, inputs: Inputs
) -> tuple[Resolution, dict[str, Answer], tuple[str, ...]]:
    """Return what ``resolve_inputs`` does; where this Waypost's own version can add what this one cannot, say so."""
    try:
        return resolve_inputs(old.record, old.answers, catalogue_of(source), inputs)
    except AnswersError as error:
        newest = embedded()
        is_about_features = error.code in (ErrorCode.UNKNOWN_FEATURE, ErrorCode.REFUSED_COMBINATION) and inputs.adds
        if is_about_features and is_canonical(source.url) and source.version != newest.version:
            with suppress(AnswersError):
                if error.code is ErrorCode.UNKNOWN_FEATURE:
                    wished(catalogue_of(newest), {}, inputs.adds, ())
                else:
                    resolve_inputs(old.record, old.answers, catalogue_of(newest), inputs)
                error.message = error.message.partition("; did you mean ")[0]
                error.hint = f"{newest.version} has it, and --to {newest.version} brings the project there, too."
        raise


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
            code=ErrorCode.OLDER_VERSION,
        )
