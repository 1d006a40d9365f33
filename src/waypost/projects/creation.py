"""Makes a project: renders it beside its destination, completes it, and puts it in place in one last step."""

from __future__ import annotations

import errno
import os
import re
import secrets
import shutil
import tempfile
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from waypost.advice.model import Recommendation
from waypost.errors import ErrorCode, StateError
from waypost.model import Value
from waypost.projects import decision_record
from waypost.projects.tracking import left_out
from waypost.questions.catalogue import Resolution
from waypost.sources.embedded import TemplateSource
from waypost.sources.plain import RenderedFile
from waypost.sources.rendering import render, rendering
from waypost.system import git
from waypost.system.scratch import uninterrupted

_SECRET_LINE = re.compile(r"^(SECRET_KEY|[A-Z_]+(?==change-me$))=.*$", re.MULTILINE)
_FALLBACK_EMAIL = "waypost@localhost.invalid"
_OWNER_ONLY = 0o600
_STAGING = ".waypost"
_ENVIRONMENT = ".env"


@dataclass(frozen=True, kw_only=True)
class CreatedProject:
    """What was made: its folder, its files (relative, sorted) and what the user should know beyond that."""

    folder: Path
    files: tuple[str, ...]
    notes: tuple[str, ...]


def create(
    source: TemplateSource,
    resolution: Resolution,
    recommendation: Recommendation,
    destination: Path,
    *,
    uses_git: bool = True,
    when_made: Callable[[], None] = lambda: None,
) -> CreatedProject:
    """Make the project that the answers of ``resolution`` describe in the new or empty folder ``destination``.

    Either all of it is there afterwards, or nothing: it is made in a folder of its own, which goes whatever happens.
    ``when_made`` is called at the moment it stands in its place, before any signal can interrupt again.

    Raises ``StateError`` where the destination is not free or cannot be written, ``SourceError`` where the template
    cannot be rendered; a KeyboardInterrupt passes through.
    """
    check_destination(destination)
    answers = resolution.answers
    notes: tuple[str, ...] = ()
    with _staging_for(destination) as staging:
        project = staging / destination.name
        try:
            executables = render(source, resolution, project)
            _write_environment(project)
            if decision_record.framework_of(str(answers.get("template", ""))):
                decision_record.write(project, recommendation, answers)
            files = _files_of(project)
            kept = tuple(name for name in files if name != _ENVIRONMENT)
            host = _host_of(destination) if uses_git else ""
            message = (
                f"Start {answers.get('project_slug', destination.name)} from {answers.get('template', source.name)}"
            )
            if uses_git and not host:
                notes = _commit(project, kept, executables, _author_in(answers), message=message, place=destination)
            with uninterrupted():
                _put_in_place(project, destination)
                when_made()
        except OSError as error:
            raise _unwritable(error, destination) from error
    if host:
        notes = (host, *_left_out_note(destination, kept, executables))
    return CreatedProject(folder=destination, files=files, notes=notes)


def contents_of(
    source: TemplateSource, resolution: Resolution, recommendation: Recommendation
) -> dict[str, RenderedFile]:
    """Return the files of the project that ``create`` would make, by path, without making it: all but ``.env``.

    That holds a secret, which is a new one each time. Raises ``SourceError`` where the template cannot be rendered.
    """
    files = rendering(source, resolution)
    if decision_record.framework_of(str(resolution.answers.get("template", ""))):
        text = decision_record.text(recommendation, resolution.answers)
        files[decision_record.PATH.as_posix()] = RenderedFile(content=text.encode(), is_executable=False)
    return files


def check_destination(destination: Path) -> None:
    """Raise ``StateError`` unless ``destination`` is a folder that is new or empty, below one that can be written.

    A repository without any files, as somebody has who has just cloned a new one, is empty too.
    """
    try:
        if destination.is_symlink() and not destination.exists():
            raise StateError(
                f"{destination} is a link that leads nowhere",
                hint="Remove it, or choose another folder.",
                code=ErrorCode.DESTINATION,
            )
        if destination.exists() and not destination.is_dir():
            raise StateError(f"{destination} is a file", hint="Choose another folder.", code=ErrorCode.DESTINATION)
        if destination.exists() and any(entry.name != ".git" for entry in destination.iterdir()):
            raise StateError(
                f"{destination} is not empty; nothing in it was touched",
                hint="Choose another folder. To change a project that is already there, use `waypost update`.",
                code=ErrorCode.DESTINATION,
            )
    except (OSError, ValueError) as error:
        raise _unwritable(error, destination) from error


@contextmanager
def _staging_for(destination: Path) -> Iterator[Path]:
    """Provide an empty folder on the destination's own file system, and remove it with all that was made on the way.

    A new destination gets it beside it, to be renamed at the end. An existing folder, which can be a file system of
    its own below one that cannot be written, gets it inside, by a name that only one run at a time can take.
    """
    parents: list[Path] = []
    staging: list[Path] = []
    try:
        try:
            with uninterrupted():
                if destination.is_dir():
                    _make(destination / _STAGING, staging)
                else:
                    for parent in reversed(destination.absolute().parents):
                        if not parent.exists():
                            _make(parent, parents)
                    prefix = f".{destination.name[:40]}."
                    staging.append(Path(tempfile.mkdtemp(_STAGING, prefix, destination.absolute().parent)))
        except OSError as error:
            raise _unwritable(error, destination) from error
        yield staging[0]
    finally:
        with uninterrupted():
            for folder in staging:
                shutil.rmtree(folder, ignore_errors=True)
            for parent in reversed(parents):
                # Fails, as it should, where the project or anything else now stands in it.
                with suppress(OSError):
                    parent.rmdir()


def _make(folder: Path, made: list[Path]) -> None:
    folder.mkdir()
    made.append(folder)


def _write_environment(project: Path) -> None:
    """Write ``.env`` from ``.env.example`` with secrets of its own: readable by its owner alone, never recorded."""
    example = project / ".env.example"
    if not example.is_file() or os.path.lexists(project / _ENVIRONMENT):
        return
    text = _SECRET_LINE.sub(lambda line: f"{line[1]}={secrets.token_urlsafe(48)}", example.read_text(encoding="utf-8"))
    descriptor = os.open(project / _ENVIRONMENT, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY)
    with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as stream:
        stream.write(text)


def _host_of(destination: Path) -> str:
    """Return the sentence about a repository that is there already and takes the project; nothing where none does."""
    if not git.is_available():
        return ""
    if (destination / ".git").exists() and git.is_inside_work_tree(destination):
        return "The folder is a git repository already; commit the project there."
    around = _nearest_folder(destination)
    if git.is_inside_work_tree(around) and not git.is_ignored(destination.absolute(), folder=around):
        return "The project lies inside a git repository, so it was not made one of its own; commit it there."
    return ""


def _left_out_note(destination: Path, files: Iterable[str], executables: Iterable[str]) -> tuple[str, ...]:
    """Say what git would leave out of a commit there, and how it gets in."""
    try:
        commands = left_out(destination, files, executables)
    except git.GitError:
        return ()
    because = "That repository's settings leave something of the project out. In the project's folder, type this, too"
    return tuple(f"{because}: {command}" for command in commands)


def _commit(
    project: Path,
    files: Iterable[str],
    executables: Collection[str],
    author: tuple[str, str],
    *,
    message: str,
    place: Path,
) -> tuple[str, ...]:
    if not git.is_available():
        return ("git was not found, so the project is not under version control yet.",)
    try:
        git.start_repository(project, files=files, executables=executables, message=message, author=author)
    except git.GitError as error:
        shutil.rmtree(project / ".git", ignore_errors=True)
        said = error.message.splitlines()[-1].replace(str(project), str(place))
        return (f"git could not make the first commit ({said}); run git init yourself.",)
    return ()


def _author_in(answers: Mapping[str, Value]) -> tuple[str, str]:
    """Return the name and e-mail address of the project's author, as git takes them."""
    name, email = (str(answers.get(key, "")) for key in ("author_name", "author_email"))
    return name.strip("<>,;:. ") or "Waypost", email or _FALLBACK_EMAIL


def _nearest_folder(destination: Path) -> Path:
    """Return the destination or its nearest parent that was there before the project: staging must not count."""
    return next(folder for folder in (destination.absolute(), *destination.absolute().parents) if folder.is_dir())


def _files_of(project: Path) -> tuple[str, ...]:
    files: list[str] = []
    for parent, folders, names in os.walk(project):
        folders[:] = [folder for folder in folders if folder != ".git"]
        inside = os.path.relpath(parent, project)
        files += names if inside == "." else (f"{inside}/{name}" for name in names)
    return tuple(sorted(files))


def _put_in_place(project: Path, destination: Path) -> None:
    """Move the finished project to its destination, whole or not at all: a last look keeps what others made there."""
    staging = project.parent
    if staging.parent != destination:
        project.rename(destination)
        return
    if any(entry.name not in {staging.name, ".git"} for entry in destination.iterdir()):
        raise OSError(errno.ENOTEMPTY, os.strerror(errno.ENOTEMPTY))
    moved: list[Path] = []
    try:
        for entry in sorted(project.iterdir()):
            target = destination / entry.name
            entry.rename(target)
            moved.append(target)
    except OSError:
        for target in moved:
            target.rename(project / target.name)
        raise


def _unwritable(error: Exception, destination: Path) -> StateError:
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return StateError(
        f"{destination} cannot be written: {reason}",
        hint="Nothing was left behind. Choose another folder.",
        code=ErrorCode.DESTINATION,
    )
