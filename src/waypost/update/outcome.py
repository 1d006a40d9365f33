"""What an update comes to: the merge of its files, and what it means for the project that has them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from waypost.advice.recommend import recommend
from waypost.errors import ErrorCode, StateError
from waypost.projects import decision_record
from waypost.projects.belongings import is_migration
from waypost.projects.keeping.memory import MEMORY
from waypost.questions.catalogue import Resolution
from waypost.questions.record import RECORD
from waypost.sources.embedded import TemplateSource
from waypost.sources.rendering import left_alone
from waypost.update.adoption import Adoption, adoption_of
from waypost.update.consequences.broken_imports import as_note, broken_imports
from waypost.update.consequences.consequences import consequences_of
from waypost.update.consequences.model import NOTHING, Consequences
from waypost.update.consequences.package_name import Renaming
from waypost.update.consequences.shadows import without_shadows
from waypost.update.consequences.side import Side, is_other_engine
from waypost.update.histories import left
from waypost.update.histories.settle import Settled, settled
from waypost.update.merge.changes import Merge
from waypost.update.merge.merge import files_of_the_user, merge
from waypost.update.merge.trees import REGULAR, File
from waypost.update.reading.environment import environment_of
from waypost.update.reading.project_files import ProjectFiles
from waypost.update.recorded import Recorded, rendered_files

_USERS = "apps/accounts/migrations/"
_DECISIONS = decision_record.PATH.parent.as_posix()
_NO_MERGE = Merge(changes=(), conflicts=())


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What an update does: its ``merge``, the user's files without a counterpart in another template, and the rest."""

    merge: Merge = field(default=_NO_MERGE)
    orphans: tuple[str, ...] = ()
    consequences: Consequences = NOTHING
    notes: tuple[str, ...] = ()
    adoption: Adoption | None = None


def outcome_of(old: Recorded, source: TemplateSource, resolution: Resolution, *, only: Sequence[str] = ()) -> Outcome:
    """Return what becomes of the project under the template ``source`` and the answers of ``resolution``.

    ``only`` names what comes into a project that was adopted. Raises ``StateError`` where the project is not in a state
    for it.
    """
    old_files, new_files = rendered_files(old.source, old.resolution), rendered_files(source, resolution)
    for path in left_alone(old.resolution, old_files) | left_alone(resolution, new_files):
        # What the template has made once is the project's own, and so is what stands in the place.
        if path in old_files or os.path.lexists(old.project.folder / path):
            old_files.pop(path, None)
            new_files.pop(path, None)
    files = ProjectFiles(project=old.project)
    is_choice = any(resolution.answers[key] != value for key, value in old.answers.items() if key in resolution.answers)
    adoption = adoption_of(old, old_files, new_files, files, only, is_choice=is_choice)
    if adoption is not None:
        old_files, new_files = dict(adoption.old), dict(adoption.new)
    before = Side(resolution=_seen_by(resolution, old.resolution), files=old_files)
    after = Side(resolution=resolution, files=dict(new_files))
    _refuse_to_take_all_users(before, after, files)
    is_switch = before.template != after.template
    orphans: tuple[str, ...] = ()
    if is_switch:
        yours = files_of_the_user(old.project, before.files)
        orphans = tuple(path for path in yours if path not in new_files and not _is_from_birth(path))
        new_files |= _next_decision(yours, resolution, before.template)
    renaming = _renaming(before, after)
    moved = _moved(renaming, files) if renaming else {}
    history = _settled(before, after, new_files, files, renaming)
    modules = left.modules_left(history.needed)
    found = merge(
        old.project,
        left.counted_again(history.old, history.new, history.revived, lambda: _settings_of(files)),
        left.left_out_of_coverage(history.new, modules, history.retired),
        label=source.version,
        follows_renames=not is_switch,
        moved=moved,
    )
    found, aside = without_shadows(found, files)
    broken = broken_imports(found, files, before.files)
    return Outcome(
        adoption=adoption,
        merge=found,
        orphans=tuple(aside.get(path, path) for path in orphans if path not in moved and path not in history.needed),
        consequences=consequences_of(
            before, after, settled=history, merge=found, files=files, environment=environment_of(old.project.folder)
        ),
        notes=(
            *_renaming_notes(renaming, moved, files, new_files),
            *_shadow_notes(aside),
            *(
                f"What the template changed in {origin} went into {path}, which git takes for the same file, moved."
                for path, origin in found.carried.items()
            ),
            *([as_note(broken)] if broken else []),
            *([left.note_of(modules)] if modules else []),
        ),
    )


def _refuse_to_take_all_users(before: Side, after: Side, files: ProjectFiles) -> None:
    """Raise ``StateError`` where Django's user model would go that migrations of the project build on."""
    if before.framework != "django" or after.framework != "django" or not before.fact("uses_users"):
        return
    if not after.fact("uses_users") and any(is_migration(path) for path in files.paths if path.startswith(_USERS)):
        raise StateError(
            f"accounts and the admin area cannot both be taken out: migrations of this project build on {_USERS}",
            hint="Keep the accounts, or keep the admin area with a sign-in for staff alone: --set admin=basic",
            code=ErrorCode.MIGRATIONS,
        )


def _settled(
    before: Side, after: Side, new: Mapping[str, File], files: ProjectFiles, renaming: Renaming | None
) -> Settled:
    """Settle the migrations, with every file where it is under the package's new name, if that changes."""
    if before.framework != after.framework:
        return Settled(old=before.files, new=new)
    old = renaming.files(before.files) if renaming else before.files
    came_from = {renaming.path(path) if renaming else path: path for path in files.paths}

    def read(path: str) -> bytes:
        file = files.file(came_from[path])
        return (renaming.file(path, file) if renaming else file).content

    return settled(frozenset(came_from), read, old, new, is_other_engine=is_other_engine(before, after))


def _seen_by(new: Resolution, old: Resolution) -> Resolution:
    """Return the old answers as the new catalogue sees them, so that both sides have the same facts."""
    known = {key: value for key, value in old.answers.items() if key in new.catalogue.by_key}
    return new if known == new.answers else new.catalogue.resolve(known)


def _renaming(before: Side, after: Side) -> Renaming | None:
    names = [str(side.answers.get("package_name", "")) for side in (before, after)]
    return Renaming(before=names[0], after=names[1]) if all(names) and names[0] != names[1] else None


def _moved(renaming: Renaming, files: ProjectFiles) -> dict[str, tuple[str, File]]:
    """Return where the project's files go with the package, and what they are there."""
    concerned = [path for path in files.paths if path.endswith(".py") or renaming.path(path) != path]
    files.load(concerned)
    result = {}
    for path in concerned:
        mine = files.file(path)
        there = (renaming.path(path), renaming.file(path, mine))
        if there != (path, mine):
            result[path] = there
    return result


def _renaming_notes(
    renaming: Renaming | None, moved: Mapping[str, tuple[str, File]], files: ProjectFiles, new: Iterable[str]
) -> tuple[str, ...]:
    if renaming is None:
        return ()
    notes = [f"The package {renaming.before} is {renaming.after} now; your own files went along and import it so."]
    template = frozenset(new)
    own = [path for path in files.paths if moved.get(path, (path,))[0] not in template and not _is_from_birth(path)]
    files.load(own)
    left = renaming.still_named_in(own, lambda path: moved[path][1].content if path in moved else files.read(path))
    if left:
        shown = ", ".join(sorted(moved[path][0] if path in moved else path for path in left))
        notes.append(f"These files of yours still hold the word {renaming.before}: {shown}.")
    return tuple(notes)


def _settings_of(files: ProjectFiles) -> str:
    return files.read("pyproject.toml").decode(errors="replace") if "pyproject.toml" in files.paths else ""


def _shadow_notes(aside: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(
        f"{path} went to {to}, as it was: beside the new template's file of that name Python would not import both. "
        "Take from it what you need."
        for path, to in sorted(aside.items())
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


def _is_from_birth(path: str) -> bool:
    return path in (RECORD, MEMORY, ".env") or path.startswith(f"{_DECISIONS}/")
