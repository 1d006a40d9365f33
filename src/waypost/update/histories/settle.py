"""Takes the migrations out of a merge: those of the project stay, and those that a template adds come after them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from waypost.projects.belongings import is_migration
from waypost.projects.keeping.memory import MEMORY, memory_text, read_memory
from waypost.update.histories import alembic, django, numbered
from waypost.update.histories.numbers import Added
from waypost.update.histories.tables import tables_of
from waypost.update.merge.trees import REGULAR, File
from waypost.update.reading.imports import files_needed_by

Read = Callable[[str], bytes]
_Follow = Callable[[str, Mapping[str, str], Mapping[str, str], Mapping[tuple[str, str], str]], dict[str, Added]]


@dataclass(frozen=True, kw_only=True)
class Settled:
    """What is left to merge, ``old`` and ``new``, once the migrations are settled.

    ``added`` are the paths of the migrations that come into the project; ``kept`` the project's migrations of what the
    template has no longer; ``retired`` those that nothing runs any more, and ``revived`` those that are run again;
    ``foreign`` its own ones in the SQL of another
    database engine. ``needed`` are, where files of the template go, the project's migrations and the modules that they
    import, without which its history does not run. ``differs`` says whether the template's migrations are others than
    before, so that the models may be, too.
    """

    old: Mapping[str, File]
    new: Mapping[str, File]
    added: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    retired: tuple[str, ...] = ()
    revived: tuple[str, ...] = ()
    foreign: tuple[str, ...] = ()
    needed: frozenset[str] = frozenset()
    differs: bool = False


def settled(
    paths: frozenset[str],
    read: Read,
    old: Mapping[str, File],
    new: Mapping[str, File],
    *,
    is_other_engine: bool = False,
) -> Settled:
    """Return what is left to merge of the template's change from ``old`` to ``new``.

    ``paths`` are the project's files, which ``read`` returns. Where the database engine changes, the template's SQL
    files take part in the merge, as they are written for one engine. Raises ``StateError`` where a history of the
    project has no single end to which something could be added.
    """
    before, after = ({path for path in files if is_migration(path)} for files in (old, new))
    if not before | after:
        return Settled(old=old, new=new)
    merged = {path for path in before | after if is_other_engine and path.endswith(".sql")}
    own = {path for path in paths if is_migration(path)} - merged
    memory = read_memory(new[MEMORY].content if MEMORY in new else read(MEMORY) if MEMORY in paths else None)
    known = memory.migrations
    wanted = [path for path in after - before - merged if not _is_here(path, own, known, read, new)]
    named = _named(wanted, own, read, new)
    going = old.keys() - new.keys()
    left_out = (before | after) - merged
    needed = _history(own, before, new, paths - new.keys(), read) if going else frozenset()
    left_out |= (going & needed) - merged
    packages = {_folder(path) for path in own if path.endswith(".py")}
    left_out |= {path for path in going if _name(path) == "__init__.py" and _folder(path) in packages}
    base = {path: file for path, file in old.items() if path not in left_out}
    rest = {path: file for path, file in new.items() if path not in left_out}
    rest |= {here: File(REGULAR, text.encode()) for here, text in named.values()}
    remembered = {**known, **{path: here for path, (here, _) in named.items() if path != here}}
    if remembered != known:
        rest[MEMORY] = File(REGULAR, memory_text(replace(memory, migrations=remembered)))
        if MEMORY in paths:
            base[MEMORY] = File(REGULAR, read(MEMORY))
    gone = {known.get(path, path) for path in before - after}
    return Settled(
        old=base,
        new=rest,
        added=tuple(sorted(here for here, _ in named.values())),
        kept=tuple(sorted(gone & own)),
        retired=tuple(sorted(path for path in own if _is_retired(path, old, new))),
        revived=tuple(sorted(path for path in own if _is_retired(path, new, old))),
        foreign=tuple(sorted(path for path in own - before if is_other_engine and path.endswith(".sql"))),
        needed=needed,
        differs=any(old.get(path) != new.get(path) for path in before | after),
    )


def _is_here(path: str, own: set[str], known: Mapping[str, str], read: Read, new: Mapping[str, File]) -> bool:
    """Whether the project has the template's migration already, from a time when the answers were the same."""
    if known.get(path) in own:
        return True
    if path not in own:
        return False
    here, there = read(path), new[path].content
    tables = tables_of(here.decode())
    return here == there or (bool(tables) and tables == tables_of(there.decode()))


def _named(wanted: list[str], own: set[str], read: Read, new: Mapping[str, File]) -> dict[str, tuple[str, str]]:
    """Return the path and the text that each wanted migration has here, by its path in the template."""
    result: dict[str, tuple[str, str]] = {}
    renamed: dict[tuple[str, str], str] = {}
    for folder in sorted({_folder(path) for path in wanted}):
        texts = {_name(path): new[path].content.decode() for path in wanted if _folder(path) == folder}
        existing = {_name(path): read(path).decode() for path in own if _folder(path) == folder}
        for name, added in _follow_in(folder, texts)(folder, existing, texts, renamed).items() if existing else ():
            result[f"{folder}/{name}"] = (f"{folder}/{added.name}", added.text)
            if name != added.name:
                renamed[django.label_of(folder), PurePosixPath(name).stem] = PurePosixPath(added.name).stem
        if not existing:
            result |= {f"{folder}/{name}": (f"{folder}/{name}", text) for name, text in texts.items()}
    if not renamed:
        return result
    return {path: (here, django.relinked(text, renamed)) for path, (here, text) in result.items()}


def _follow_in(folder: str, texts: Mapping[str, str]) -> _Follow:
    if all(name.endswith(".sql") for name in texts):
        return numbered.follow
    return alembic.follow if _name(folder) == "versions" else django.follow


def _history(
    own: set[str], before: set[str], new: Mapping[str, File], modules: frozenset[str], read: Read
) -> frozenset[str]:
    """Return the project's migrations that are still run, and those of the modules that they import."""
    of_the_template = {_folder(path) for path in before}
    still_there = {_folder(path) for path in new if is_migration(path)}

    def is_run(path: str) -> bool:
        folder = _folder(path)
        if _name(folder) == "versions":
            return f"{_folder(folder)}/env.py" in new
        return folder in still_there or folder not in of_the_template

    running = {path for path in own if is_run(path)}
    scripts = [path for path in running if path.endswith(".py")]
    return frozenset(running | files_needed_by(scripts, modules, lambda path: read(path).decode(errors="replace")))


def _is_retired(path: str, old: Mapping[str, File], new: Mapping[str, File]) -> bool:
    """Whether the template had what runs these migrations, and has it no longer: Alembic's, or that of SQL files."""
    folder = _folder(path)
    environment = f"{_folder(folder)}/env.py"
    if _name(folder) == "versions":
        return environment in old and environment not in new
    return path.endswith(".sql") and f"{folder}/env.py" in new and f"{folder}/env.py" not in old


def _folder(path: str) -> str:
    return str(PurePosixPath(path).parent)


def _name(path: str) -> str:
    return PurePosixPath(path).name
