"""The three-way merge of a project: what the template was, what it is now, and what the project made of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import PurePosixPath
from types import MappingProxyType

from waypost.errors import ErrorCode, StateError
from waypost.projects.belongings import OWNED, keeps_its_lines
from waypost.projects.project import Project
from waypost.questions.record import RECORD
from waypost.update.merge import ignore_files, line_endings
from waypost.update.merge.changes import Change, Conflict, Merge
from waypost.update.merge.names.repetition import repeated
from waypost.update.merge.sides import BASELINE, OURS, Contents, Sides
from waypost.update.merge.soundness import parse_error
from waypost.update.merge.structure.records import merge_records
from waypost.update.merge.trees import SUBMODULE, Commit, File, MergedTree, TreeEntry, Trees, trees_beside

_GONE = "gone"
# A branch whose name is a whole hash would be taken for the object.
_VERSION = re.compile(r"v?\d[\w.+-]{0,30}(?<!\.)(?<!\.lock)", re.ASCII)
_TEXT_CONFLICTS = frozenset({"CONFLICT (contents)", "Auto-merging"})


def merge(
    project: Project,
    old: Mapping[str, File],
    new: Mapping[str, File],
    *,
    label: str,
    follows_renames: bool = True,
    moved: Mapping[str, tuple[str, File]] = MappingProxyType({}),
) -> Merge:
    """Merge the change of the template from the files ``old`` to ``new`` into the project's committed files.

    ``label`` names the new template in conflict markers, if git can call a branch so. What belongs to the user from
    birth takes no part. Without ``follows_renames`` a file that only looks like one that goes is another file, as it is
    in another template. ``moved`` are files of the project that get another path or other bytes before anything is
    merged: by their path, the new one and the file.
    Raises ``StateError`` where the merge would touch a submodule.
    """
    label = label if _VERSION.fullmatch(label) and ".." not in label else "template"
    with trees_beside(project.objects, project.object_format) as trees:
        ours = trees.entries(project.tree)
        old, new = ({path: files[path] for path in sorted(files.keys() - OWNED)} for files in (old, new))
        present = _present(trees, ours, [*old, *filter(keeps_its_lines, ours)])
        old, new = line_endings.adapted(old, new, present)
        lists = ignore_files.merged_lists(present, old, new)
        # Git merges the rest: it finds these alike on all sides.
        old, new = ({**files, **{path: present[path] for path in lists}} for files in (old, new))
        gone = {} if follows_renames else _gone(old, new)
        trees.write(
            [
                Commit(label=BASELINE, files={path: file for path, file in old.items() if path not in gone}),
                Commit(label=label, parent=BASELINE, files=new),
                Commit(
                    label=OURS,
                    parent=BASELINE,
                    tree=project.tree,
                    removed=[*(path for path in gone if path in ours), *moved],
                    files=dict(moved.values()),
                ),
                Commit(label=_GONE, files=gone),
            ]
        )
        attributes = {path: file for path, file in present.items() if ignore_files.holds_attributes(path, file)}
        mine = trees.entries(OURS) if moved else ours
        merged = trees.merge(OURS, label, attributes=attributes)
        sides = Sides(
            trees=trees,
            base=trees.entries(BASELINE),
            ours=mine,
            theirs=trees.entries(label),
            committed=ours,
            label=label,
        )
        result = _settled(sides, _with_what_stays(merged, trees.entries(_GONE), mine))
    changes = [_change(path, file, ours) for path, file in lists.items() if file != present[path]]
    return replace(result, changes=_sorted([*result.changes, *changes]))


def replaced(project: Project, files: Mapping[str, File]) -> Merge:
    """Return the changes that give the project's committed files the bytes of the template's, edited or not."""
    with trees_beside(project.objects, project.object_format) as trees:
        ours = trees.entries(project.tree)
        files = {path: file for path, file in files.items() if path not in OWNED}
        present = _present(trees, ours, files)
        files, _ = line_endings.adapted(files, {}, present)
        files |= ignore_files.merged_lists(present, {}, files)
        changes = [_change(path, file, ours) for path, file in files.items() if present.get(path) != file]
    return Merge(changes=_sorted(changes), conflicts=())


def files_of_the_user(project: Project, template: Mapping[str, File]) -> tuple[str, ...]:
    """Return the paths of the project's committed files that the template does not have, or not with these bytes."""
    with trees_beside(project.objects, project.object_format) as trees:
        entries = trees.entries(project.tree)
        present = _present(trees, entries, template)
    adapted, _ = line_endings.adapted(template, {}, present)
    return tuple(
        path
        for path, entry in entries.items()
        if entry.mode != SUBMODULE and (path not in present or present[path].content != adapted[path].content)
    )


def _settled(sides: Sides, merged: MergedTree) -> Merge:
    """Take what git merged, settle what has a structure, and look whether the rest can still be read.

    A file that one side deleted and the other changed comes from git as a conflict, with two stages, and stays one.
    """
    kept = {path: stages[2] for path, stages in merged.stages.items() if set(stages) == {1, 2}}
    result = {**sides.trees.entries(merged.tree)}
    result |= {path: entry for path, entry in kept.items() if path not in result and sides.ours.get(path) == entry}
    contents = Contents(sides.trees)
    changed = {path: entry for path, entry in result.items() if sides.committed.get(path) != entry}
    _refuse_submodules(changed, sides)
    before = [sides.committed[path] for path in changed if path in sides.committed]
    contents.load(
        [*before, *changed.values(), *(entry for stages in merged.stages.values() for entry in stages.values())]
    )
    becomes = {path: contents.file(entry) for path, entry in changed.items()}
    open_stages = {path: dict(stages) for path, stages in merged.stages.items()}
    because = _reasons(merged)
    for path in sorted(_mergeable(merged)):
        text = _merged_by_structure(path, {number: contents.file(entry) for number, entry in open_stages[path].items()})
        if text is not None:
            del open_stages[path], because[path]
            becomes[path] = File(result[path].mode, text)
    for path, why, settled in _unsound(sides, result, becomes, open_stages, contents):
        if settled is not None:
            becomes[path] = File(result[path].mode, settled)
        else:
            open_stages[path] = sides.stages_of(path)
            contents.load(open_stages[path].values())
            because[path] = why
    changes = [
        _change(path, file, sides.committed)
        for path, file in becomes.items()
        if path not in sides.committed or file != contents.file(sides.committed[path])
    ]
    changes += [Change(path=path, kind="removed", file=None) for path in sides.committed if path not in result]
    conflicts = [
        Conflict(
            path=path,
            because=because.get(path, "both sides changed it"),
            stages={number: contents.stage(entry) for number, entry in sorted(open_stages.get(path, {}).items())},
        )
        for path in sorted(open_stages.keys() | because.keys())
    ]
    carried = sides.carried(change.path for change in changes if change.kind == "changed")
    return Merge(changes=_sorted(changes), conflicts=tuple(conflicts), carried=carried)


def _gone(old: Mapping[str, File], new: Mapping[str, File]) -> dict[str, File]:
    """Return the files that the template has no longer, but for those whose place another file needs.

    Git 2.39 cannot merge without looking for renames; taken out of the merge, they are no rename's beginning.
    """
    folders = {parent.as_posix() for path in new for parent in PurePosixPath(path).parents}
    return {
        path: file
        for path, file in old.items()
        if path not in new
        and path not in folders
        and not any(parent.as_posix() in new for parent in PurePosixPath(path).parents)
    }


def _with_what_stays(merged: MergedTree, gone: Mapping[str, TreeEntry], ours: Mapping[str, TreeEntry]) -> MergedTree:
    """Add the files that go and were edited, as the conflicts that git would have made of them."""
    edited = {path: {1: entry, 2: ours[path]} for path, entry in gone.items() if ours.get(path, entry) != entry}
    messages = [
        ((path,), "CONFLICT (modify/delete)", f"the new template has no {path}; you changed it") for path in edited
    ]
    return replace(merged, stages={**merged.stages, **edited}, messages=[*merged.messages, *messages])


def _reasons(merged: MergedTree) -> dict[str, str]:
    """Return git's own sentence for each path in conflict, those without stages included."""
    reasons: dict[str, str] = {}
    for paths, kind, text in merged.messages:
        if kind.startswith("CONFLICT"):
            involved = [path for path in paths if path in merged.stages] or paths[:1]
            for path in involved:
                reasons[path] = text.partition(": ")[2] or text
    return dict.fromkeys(merged.stages, "both sides changed it") | reasons


def _mergeable(merged: MergedTree) -> Iterator[str]:
    """Yield the paths whose only trouble is that both sides changed neighbouring lines."""
    for path, stages in merged.stages.items():
        kinds = {kind for paths, kind, _ in merged.messages if path in paths}
        if set(stages) == {1, 2, 3} and kinds <= _TEXT_CONFLICTS:
            yield path


def _merged_by_structure(path: str, versions: Mapping[int, File]) -> bytes | None:
    """Return the merged bytes of a file that has a structure, or None where it has none or truly conflicts."""
    if keeps_its_lines(path) and versions.keys() == {1, 2, 3}:
        return ignore_files.merged_lines(*(versions[number].content for number in (1, 2, 3)))
    try:
        base, ours, theirs = (versions[number].content.decode("utf-8") for number in (1, 2, 3))
    except (UnicodeDecodeError, KeyError):
        return None
    has_crlf = line_endings.ending_of(versions[2].content) == b"\r\n"
    base, ours, theirs = (text.replace("\r\n", "\n") if has_crlf else text for text in (base, ours, theirs))
    text: str | None = None
    if path == RECORD:
        text = merge_records(base, ours, theirs)
    elif path.endswith(".toml"):
        from waypost.update.merge.structure.toml import merge_toml  # noqa: PLC0415 - only where it is wanted

        text = merge_toml(base, ours, theirs)
    return None if text is None else (text.replace("\n", "\r\n") if has_crlf else text).encode()


def _unsound(
    sides: Sides,
    result: Mapping[str, TreeEntry],
    becomes: Mapping[str, File],
    in_conflict: Mapping[str, object],
    contents: Contents,
) -> Iterator[tuple[str, str, bytes | None]]:
    """Yield the path of what a merge has spoilt, why, and the bytes that would repair it.

    A list of lines that the user moved counts, as git may have taken lines out of it.
    """
    for path, file in becomes.items():
        if path in in_conflict or result[path] in (sides.ours.get(path), sides.theirs.get(path)):
            continue
        is_list = keeps_its_lines(path)
        if not (is_list or parse_error(path, file.content) or repeated(path, file.content)):
            continue
        versions = {number: contents.file(entry) for number, entry in sides.stages_of(path).items()}
        before = [version.content for number, version in versions.items() if number > 1]
        why = _fault(path, file.content, before)
        settled = _merged_by_structure(path, versions) if why or is_list else None
        if settled is not None and not _fault(path, settled, before):
            yield path, why, settled
        elif why:
            yield path, why, None


def _fault(path: str, merged: bytes, before: Iterable[bytes]) -> str:
    """Return what is wrong with a merged file and was with neither version before."""
    why = parse_error(path, merged)
    if why:
        return "" if any(parse_error(path, side) for side in before) else f"the merged file cannot be read: {why}"
    known = {name for side in before for name in repeated(path, side)}
    names = [name for name in repeated(path, merged) if name not in known]
    return f"both sides add {names[0]}, which may stand there once only" if names else ""


def _sorted(changes: Iterable[Change]) -> tuple[Change, ...]:
    return tuple(sorted(changes, key=lambda change: change.path))


def _change(path: str, file: File, ours: Mapping[str, TreeEntry]) -> Change:
    return Change(path=path, kind="changed" if path in ours else "added", file=file)


def _present(trees: Trees, ours: Mapping[str, TreeEntry], wanted: Iterable[str]) -> dict[str, File]:
    """Return the project's own version of those of the wanted files that it has."""
    return trees.files({path: ours[path] for path in wanted if path in ours})


def _refuse_submodules(changed: Mapping[str, TreeEntry], sides: Sides) -> None:
    for path, entry in changed.items():
        if entry.mode == SUBMODULE or (path in sides.ours and sides.ours[path].mode == SUBMODULE):
            raise StateError(
                f"{path} is a submodule, and the template has a file there",
                hint="Move the submodule, commit that, and try again.",
                code=ErrorCode.IN_THE_WAY,
            )
