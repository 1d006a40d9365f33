"""What a template brings into a project that was there before it: the files it lacks, or those that are asked for.

Of these files the project and the template have no common ancestor. What the project lacks comes in whole; where both
have a file, nobody knows which side changed what, so that it is merged only where it is named.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from waypost.adopting.proposals import FileStanding, standings
from waypost.errors import UsageError, nearest
from waypost.projects.belongings import OWNED
from waypost.projects.keeping.memory import MEMORY, memory_text
from waypost.questions.record import RECORD
from waypost.update.merge.trees import REGULAR, File
from waypost.update.reading.project_files import ProjectFiles
from waypost.update.recorded import Recorded


@dataclass(frozen=True, kw_only=True)
class Adoption:
    """Which files of the template come into an adopted project, and which do not.

    ``old`` and ``new`` are the template's files that take part in the merge, as they were and as they are now.
    ``taken`` are those that come in, ``left`` the others that the project has not taken before.
    """

    old: Mapping[str, File]
    new: Mapping[str, File]
    taken: tuple[FileStanding, ...]
    left: tuple[FileStanding, ...]

    @property
    def without_ancestor(self) -> tuple[str, ...]:
        """The files that come in where the project has its own."""
        return tuple(each.path for each in self.taken if each.state == "different")


def adoption_of(
    recorded: Recorded,
    old: Mapping[str, File],
    new: Mapping[str, File],
    files: ProjectFiles,
    only: Sequence[str],
    *,
    is_choice: bool,
) -> Adoption | None:
    """Return what comes into the project of the template's files ``new``, and None unless it was adopted.

    By default all that it lacks; where it ``is_choice``, a change of answers, all that it lacks of what that changes;
    or the files, and those below the folders, that ``only`` names. Raises ``UsageError`` where one of these is none of
    the template's.
    """
    memory = recorded.memory
    if memory.taken is None:
        return None
    before = memory.of(old.keys())
    open_files = {path: file.content for path, file in new.items() if path not in memory.taken}
    files.load(path for path in open_files if path in files.paths)
    found = standings(open_files, files.paths, files.read)
    if only:
        _refuse_unknown(only, found, memory.taken)
        taken = tuple(each for each in found if any(_is_below(each.path, path) for path in only))
    else:
        changed = {path for path, file in new.items() if old.get(path) != file} - {RECORD}
        concerned = changed if is_choice else new.keys()
        taken = tuple(each for each in found if (each.is_proposed and each.path in concerned) or each.state == "same")
    names = {each.path for each in taken}
    own = (memory.taken & new.keys()) | names
    there = {path: File(REGULAR, files.read(path)) for path in (MEMORY,) if path in files.paths}
    always = {RECORD} | OWNED
    return Adoption(
        old={**{path: file for path, file in old.items() if path in before or path in always}, **there},
        new={
            **{path: file for path, file in new.items() if path in own or path in always},
            MEMORY: File(REGULAR, memory_text(replace(memory, taken=frozenset(own)))),
        },
        taken=taken,
        left=tuple(each for each in found if each.path not in names),
    )


def _is_below(path: str, folder: str) -> bool:
    folder = folder.removeprefix("./").rstrip("/")
    return path == folder or path.startswith(f"{folder}/") or folder in ("", ".")


def _refuse_unknown(only: Sequence[str], found: Sequence[FileStanding], taken: frozenset[str]) -> None:
    for path in only:
        if any(_is_below(each.path, path) for each in found):
            continue
        if any(_is_below(each, path) for each in taken):
            raise UsageError(f"--only {path}: the project has taken that already", hint="Leave it out.")
        meant = nearest(path, [each.path for each in found])
        raise UsageError(
            f"--only {path}: the template makes no such file{f'; did you mean {meant!r}?' if meant else ''}",
            hint="`waypost update --dry-run` lists what can be taken.",
        )
