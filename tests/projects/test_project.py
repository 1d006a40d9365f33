"""A project in its repository: what git has begun is named with its own way out, and what is missing is fetched."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from support.updating import commit, git, project_of, update
from waypost.errors import StateError
from waypost.projects.project import find_project, refuse_unfit

FILES = {"a.txt": "one\n", "docs/b.txt": "b\n"}


def tried(*arguments: str, cwd: Path) -> None:
    """Run git where it is expected to stop half-way."""
    environment = {"GIT_EDITOR": "true", "GIT_SEQUENCE_EDITOR": "sed -i s/^pick/edit/"}
    identity = ("-c", "user.name=A", "-c", "user.email=a@localhost.invalid")
    command = ["git", *identity, *arguments]
    assert subprocess.run(command, cwd=cwd, env=environment | {"PATH": "/usr/bin:/bin"}, check=False).returncode >= 0


def two_branches(project: Path) -> None:
    """A branch `side` with two commits that conflict with main, of which the second is current."""
    git("checkout", "--quiet", "-b", "side", cwd=project)
    for text in ("side one\n", "side two\n"):
        (project / "a.txt").write_text(text)
        commit(project)
    git("checkout", "--quiet", "main", cwd=project)
    (project / "a.txt").write_text("main\n")
    commit(project)


def patches(project: Path) -> str:
    return git("format-patch", "--quiet", "-2", "--output-directory=.git/patches", "side", cwd=project)


def apply_patches(project: Path) -> None:
    patches(project)
    tried("am", *map(str, sorted((project / ".git/patches").iterdir())), cwd=project)


def rebase_by_apply(project: Path) -> None:
    tried("rebase", "--apply", "side", cwd=project)


def rebase_by_merge(project: Path) -> None:
    tried("rebase", "--merge", "side", cwd=project)


def rebase_and_edit(project: Path) -> None:
    tried("rebase", "--interactive", "HEAD~1", cwd=project)


def merge(project: Path) -> None:
    tried("merge", "side", cwd=project)


def pick(project: Path) -> None:
    tried("cherry-pick", "side", cwd=project)


def pick_between_two(project: Path) -> None:
    tried("cherry-pick", "side~1", "side", cwd=project)
    (project / "a.txt").write_text("resolved\n")
    commit(project)  # git goes on only when it is asked to


def revert(project: Path) -> None:
    git("commit", "--quiet", "--allow-empty", "--message", "x", cwd=project)
    (project / "a.txt").write_text("later\n")
    commit(project)
    tried("revert", "HEAD~2", cwd=project)


def revert_between_two(project: Path) -> None:
    (project / "a.txt").write_text("later\n")
    commit(project)
    (project / "a.txt").write_text("last\n")
    commit(project)
    tried("revert", "HEAD~1", "HEAD~2", cwd=project)
    (project / "a.txt").write_text("resolved\n")
    commit(project)


@pytest.mark.parametrize(
    ("begin", "name", "command"),
    [
        (apply_patches, "git am", "am"),
        (rebase_by_apply, "rebase", "rebase"),
        (rebase_by_merge, "rebase", "rebase"),
        (rebase_and_edit, "rebase", "rebase"),
        (merge, "merge", "merge"),
        (pick, "cherry-pick", "cherry-pick"),
        (pick_between_two, "cherry-pick", "cherry-pick"),
        (revert, "revert", "revert"),
        (revert_between_two, "revert", "revert"),
    ],
)
def test_what_git_has_begun_is_named_with_its_own_way_out(
    tmp_path: Path, begin: Callable[[Path], None], name: str, command: str
) -> None:
    project = project_of(tmp_path, FILES)
    two_branches(project)
    begin(project)

    with pytest.raises(StateError, match=f"a {name} is under way") as refused:
        refuse_unfit(find_project(project))

    assert f"(git {command} --abort)" in refused.value.hint
    git(command, "--abort", cwd=project)
    refuse_unfit(find_project(project))


def test_a_bisection_is_no_hindrance(tmp_path: Path) -> None:
    project = project_of(tmp_path, FILES)
    two_branches(project)
    git("bisect", "start", "HEAD", "HEAD~1", cwd=project)

    refuse_unfit(find_project(project))


# Clones that have only a part


@pytest.fixture
def partial(tmp_path: Path) -> Path:
    """A partial clone with a sparse checkout of the folder src, beside its origin."""
    origin = project_of(tmp_path / "origin", {**FILES, "src/c.txt": "c\n"})
    git("config", "uploadpack.allowFilter", "true", cwd=origin)
    git("config", "uploadpack.allowAnySHA1InWant", "true", cwd=origin)
    clone = tmp_path / "clone"
    git("clone", "--quiet", "--filter=blob:none", "--sparse", f"file://{origin}", str(clone), cwd=tmp_path)
    git("sparse-checkout", "set", "src", cwd=clone)
    return clone


def test_what_a_partial_clone_lacks_is_fetched(partial: Path) -> None:
    refuse_unfit(find_project(partial))
    update(partial, {**FILES, "src/c.txt": "c\n"}, {**FILES, "src/c.txt": "C\n"})

    assert (partial / "src/c.txt").read_text() == "C\n"
    assert not (partial / "docs").exists()


def test_where_it_cannot_be_fetched_that_is_said(partial: Path) -> None:
    (partial.parent / "origin").rename(partial.parent / "away")

    with pytest.raises(StateError, match="1 of the project's files are not in this partial clone, and cannot be fetch"):
        refuse_unfit(find_project(partial))


@pytest.mark.parametrize(
    ("new", "named"),
    [
        ({"docs/b.txt": "B\n"}, "docs/b.txt"),
        ({"docs/b.txt": None}, "docs/b.txt"),
        ({"new/d.txt": "d\n"}, "new/d.txt"),
    ],
    ids=["changed", "removed", "added"],
)
def test_what_is_outside_a_sparse_checkout_is_named(partial: Path, new: dict[str, str | None], named: str) -> None:
    old = {**FILES, "src/c.txt": "c\n"}
    refuse_unfit(find_project(partial))

    with pytest.raises(StateError, match=f"outside the sparse checkout: {named}") as refused:
        update(partial, old, {**old, **new})

    assert "git sparse-checkout add FOLDER" in refused.value.hint
    git("sparse-checkout", "add", named.partition("/")[0], cwd=partial)
    update(partial, old, {**old, **new})
    git("add", "--all", ".", cwd=partial)
    assert git("status", "--porcelain", cwd=partial).endswith(f"{named}\n")
