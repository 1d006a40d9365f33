"""Making a project: all of it or nothing, in a folder that is new or empty, with git or without."""

from __future__ import annotations

import os
import re
import shutil
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.running import AS_ANYBODY, COMMAND, Workplace
from support.sources import SMALL, as_repository, copy_of_our_source, git

pytestmark = pytest.mark.slow


@pytest.fixture
def small(small_repository: Path) -> list[str]:
    """The options that make a project of a few files."""
    return ["--defaults", "--source", f"file://{small_repository}"]


def mounted(path: Path, *options: str) -> None:
    done = subprocess.run(["mount", "-t", "tmpfs", *options, "tmpfs", path], capture_output=True, check=False)
    if done.returncode != 0:
        pytest.skip(f"needs to mount a file system, which was refused: {done.stderr.decode().strip()}")


@pytest.fixture
def tmpfs(tmp_path: Path) -> Iterator[Path]:
    """A folder for a file system of its own, which a test mounts and this takes away."""
    folder = tmp_path / "tmpfs"
    folder.mkdir()
    yield folder
    if os.path.ismount(folder):
        subprocess.run(["umount", folder], check=True)


def names(folder: Path) -> list[str]:
    """What is in the folder."""
    return sorted(path.name for path in folder.iterdir())


# Where a project may go


def test_a_project_is_made_in_a_new_folder(place: Workplace, small: list[str]) -> None:
    done = place.run("new", "shop", *small)
    assert done.code == 0, done.err
    assert {".copier-answers.yml", ".env", ".env.example", "README.md"} <= set(names(place.here / "shop"))
    assert names(place.here) == ["shop"]


def test_without_a_name_the_folder_is_called_after_the_project(place: Workplace, small: list[str]) -> None:
    assert place.run("new", *small, "--set", "project_name=Café Zoë").code == 0
    assert names(place.here) == ["cafe-zoe"]


def test_parents_are_made_on_the_way(place: Workplace, small: list[str]) -> None:
    assert place.run("new", "a/b/shop", *small).code == 0
    assert (place.here / "a/b/shop/README.md").is_file()
    assert names(place.here / "a/b") == ["shop"]


@pytest.mark.parametrize("destination", [".", "empty", "empty/", "./empty/../empty", "link"])
def test_an_empty_folder_is_filled(place: Workplace, small: list[str], destination: str) -> None:
    folder = place.here if destination == "." else place.here / "empty"
    folder.mkdir(exist_ok=True)
    if destination == "link":
        (place.here / "link").symlink_to("empty")
    before = folder.stat().st_ino
    done = place.run("new", destination, *small)
    assert done.code == 0, done.err
    assert (folder / "README.md").is_file()
    assert (folder / ".git").is_dir()
    assert not (folder / ".waypost").exists()
    assert folder.stat().st_ino == before
    assert git("status", "--porcelain", cwd=folder) == ""


def occupied(folder: Path) -> None:
    folder.mkdir()
    (folder / "mine").write_text("mine")


def in_the_way(kind: str, path: Path) -> None:
    match kind:
        case "folder with a file":
            occupied(path)
        case "folder with a hidden file":
            path.mkdir()
            (path / ".hidden").touch()
        case "file":
            path.write_text("mine")
        case "dangling link":
            path.symlink_to("nowhere")
        case "link to a file":
            (path.parent / "mine").write_text("mine")
            path.symlink_to("mine")
        case "link to a full folder":
            occupied(path.parent / "full")
            path.symlink_to("full")
        case "loop":
            path.symlink_to(path)
        case _:
            os.mkfifo(path)


@pytest.mark.parametrize(
    "kind",
    [
        "folder with a file",
        "folder with a hidden file",
        "file",
        "dangling link",
        "link to a file",
        "link to a full folder",
        "loop",
        "pipe",
    ],
)
def test_what_is_already_there_is_refused_untouched(place: Workplace, small: list[str], kind: str) -> None:
    in_the_way(kind, place.here / "shop")
    before = place.files()
    done = place.run("new", "shop", *small)
    assert done.code == 4
    assert str(place.here / "shop") in done.err
    assert place.files() == before


@pytest.mark.parametrize(
    ("destination", "code"),
    [
        ("", 2),
        ("/", 4),
        ("file/below", 4),
        ("file/below/deeper", 4),
        ("n" * 256, 4),
        ("new/" + "n" * 256, 4),
        ("deep/" * 1000 + "x", 4),
        ("/proc/shop", 4),
        ("/dev/null", 4),
        ("dangling/shop", 4),
    ],
    ids=lambda value: str(value)[:12],
)
def test_a_place_that_cannot_be_is_refused(place: Workplace, small: list[str], destination: str, code: int) -> None:
    (place.here / "file").write_text("mine")
    (place.here / "dangling").symlink_to("nowhere")
    before = place.files()
    done = place.run("new", destination, *small)
    assert done.code == code, done.err
    assert place.files() == before


@pytest.mark.parametrize(
    "name", ["n" * 255, "é" * 127, "sp ace", "-dash", "{{ x }}", "quote'\"", "line\nbreak", "👩‍👧"]
)
def test_a_folder_may_have_any_name(place: Workplace, small: list[str], name: str) -> None:
    done = place.run("new", *small, "--", name)
    assert done.code == 0, done.err
    assert names(place.here) == [name]
    if "\n" not in name:
        shown = re.search(r"^  (cd .*)$", done.err, re.MULTILINE)
        assert shown
        script = f"{shown[1]} && pwd"
        assert subprocess.check_output(["sh", "-c", script], cwd=place.here, text=True)[:-1].endswith(name)


def test_a_current_folder_that_is_gone_is_named(place: Workplace) -> None:
    script = 'mkdir gone && cd gone && rmdir ../gone && exec "$@"'
    done = place.run("new", "x", "--defaults", program=("sh", "-c", script, "sh", *COMMAND))
    assert done.code == 4
    assert "current folder is gone" in done.err


# Where it cannot be written


def test_a_parent_that_cannot_be_written_is_named(place: Workplace, small: list[str]) -> None:
    place.here.chmod(0o555)
    try:
        done = place.run("new", "shop", *small, program=AS_ANYBODY)
    finally:
        place.here.chmod(0o755)
    assert done.code == 4
    assert "Permission denied" in done.err


def test_a_read_only_file_system_is_named(place: Workplace, small: list[str], tmpfs: Path) -> None:
    mounted(tmpfs, "-o", "ro,size=64k")
    for destination in (tmpfs / "shop", tmpfs / "a" / "b", tmpfs):
        done = place.run("new", destination, *small)
        assert done.code == 4
        assert "Read-only file system" in done.err


@pytest.mark.parametrize("destination", ["shop", "a/b/shop", "."])
@pytest.mark.parametrize("size", ["64k"])
def test_a_full_disk_leaves_nothing_behind(place: Workplace, tmpfs: Path, destination: str, size: str) -> None:
    mounted(tmpfs, "-o", f"size={size}")
    done = place.run("new", tmpfs / destination, "--defaults", "--no-git")
    assert done.code == 4
    assert "No space left on device" in done.err
    assert list(tmpfs.iterdir()) == []


def test_a_disk_that_git_fills_leaves_a_project_without_history_or_nothing(place: Workplace, tmpfs: Path) -> None:
    mounted(tmpfs, "-o", "size=420k")
    done = place.run("new", tmpfs / "shop", "--defaults")
    assert done.code in {0, 4}
    assert [path.name for path in tmpfs.iterdir()] == (["shop"] if done.code == 0 else [])


def test_a_full_temporary_folder_is_an_error_that_leaves_nothing(place: Workplace, tmpfs: Path) -> None:
    mounted(tmpfs, "-o", "size=16k")
    done = place.run("new", "shop", "--defaults", env={"TMPDIR": str(tmpfs)})
    assert done.code in {0, 4}  # a checkout renders from a copy in TMPDIR, an installation from where it is
    assert list(tmpfs.iterdir()) == []
    assert place.files() == [] or done.code == 0


def test_an_empty_file_system_of_its_own_is_filled(place: Workplace, small: list[str], tmpfs: Path) -> None:
    mounted(tmpfs)
    assert place.run("new", tmpfs, *small).code == 0
    assert (tmpfs / "README.md").is_file()
    assert not (tmpfs / ".waypost").exists()


def test_a_link_to_an_empty_folder_elsewhere_is_filled(place: Workplace, small: list[str], tmpfs: Path) -> None:
    mounted(tmpfs)
    (place.here / "shop").symlink_to(tmpfs)
    assert place.run("new", "shop", *small).code == 0
    assert (tmpfs / "README.md").is_file()


# Where rendering fails


BROKEN = {
    "syntax": "{% if %}",
    "undefined": "{{ no_such_thing }}",
    "division": "{{ 1 / 0 }}",
    "sandbox": "{{ ''.__class__.__mro__ }}",
    "missing include": "{% include 'nowhere' %}",
    "endless": "{% macro a() %}{{ a() }}{% endmacro %}{{ a() }}",
    "huge": "{% for i in range(10**9) %}x{% endfor %}",
    "type": "{{ 'a' + 1 }}",
    "key": "{{ {}['a'].b }}",
}


@pytest.mark.parametrize(("broken", "destination"), [*((broken, "a/shop") for broken in BROKEN), ("syntax", ".")])
def test_a_template_that_fails_half_way_leaves_nothing(place: Workplace, broken: str, destination: str) -> None:
    source = copy_of_our_source(place.root / "source", {**SMALL, "zz.txt.jinja": BROKEN[broken]})
    as_repository(source, "v1.0.0")
    done = place.run("new", destination, "--defaults", "--source", source)
    assert done.code == 7, done.err
    assert str(source) in done.err
    assert place.files() == []


def test_a_source_that_records_no_answers_is_refused(place: Workplace) -> None:
    source = copy_of_our_source(place.root / "source", SMALL)
    for record in source.glob("templates/*/{{ _copier*"):
        record.unlink()
    as_repository(source, "v1.0.0")
    done = place.run("new", "shop", "--defaults", "--source", source)
    assert done.code == 7
    assert "records no answers" in done.err
    assert place.files() == []


# The first commit


def test_the_first_commit_has_everything_but_the_secret(place: Workplace, small: list[str]) -> None:
    assert place.run("new", "shop", *small).code == 0
    shop = place.here / "shop"
    assert (
        git("log", "--format=%an|%ae|%s", cwd=shop) == "A Tester|tester@example.com|Start shop from flask-blueprints\n"
    )
    assert git("branch", "--show-current", cwd=shop) == "main\n"
    assert git("status", "--porcelain", cwd=shop) == ""
    committed = set(git("ls-files", cwd=shop).split())
    assert {".copier-answers.yml", ".gitignore", "docs/decisions/0001-web-framework.md"} <= committed
    assert ".env" not in committed
    git("fsck", "--strict", cwd=shop)


def test_without_git_there_is_no_repository(place: Workplace, small: list[str]) -> None:
    assert place.run("new", "shop", *small, "--no-git").code == 0
    assert not (place.here / "shop/.git").exists()


def test_where_git_is_missing_the_project_is_made_and_a_note_says_so(place: Workplace) -> None:
    done = place.run("new", "shop", "--defaults", env={"PATH": str(place.home)})
    assert done.code == 0, done.err
    assert "git was not found" in done.err
    assert not (place.here / "shop/.git").exists()


@pytest.mark.parametrize("failing", ["init", "add", "commit", "every"])
def test_where_git_fails_the_project_is_made_and_a_note_says_why(place: Workplace, failing: str) -> None:
    programs = place.root / "bin"
    programs.mkdir()
    real = shutil.which("git")
    script = f'#!/bin/sh\ncase " $* " in *" {failing} "*) echo "fatal: {failing} is broken" >&2; exit 1;; esac\n'
    script = "#!/bin/sh\nexit 1\n" if failing == "every" else f'{script}exec {real} "$@"\n'
    (programs / "git").write_text(script)
    (programs / "git").chmod(0o755)
    done = place.run("new", "shop", "--defaults", env={"PATH": f"{programs}:{os.environ['PATH']}"})
    assert done.code == 0, done.err
    assert "git could not make the first commit" in done.err
    assert "is broken" in done.err or failing == "every"
    assert not (place.here / "shop/.git").exists()
    assert (place.here / "shop/README.md").exists()


@pytest.mark.parametrize(
    ("config", "variables"),
    [
        ("[user]\nuseConfigOnly = true\n", {}),
        ("", {"EMAIL": ""}),
        ("[user]\nuseConfigOnly = true\n", {"GIT_COMMITTER_NAME": "C", "GIT_COMMITTER_EMAIL": "c@example.com"}),
        ("[user]\nname = Only A Name\nuseConfigOnly = true\n", {}),
    ],
    ids=["nothing", "nothing but a host name", "only a committer", "only a name"],
)
def test_without_an_identity_the_author_of_the_project_signs(
    place: Workplace, small: list[str], config: str, variables: dict[str, str]
) -> None:
    (place.home / ".gitconfig").write_text(config)
    author = ["--set", "author_name=Zoë <Z>", "--set", "author_email=zoe@example.com"]
    done = place.run("new", "shop", *small, *author, env=variables)
    assert done.code == 0, done.err
    assert git("log", "--format=%s", cwd=place.here / "shop") == "Start shop from flask-blueprints\n"
    if "useConfigOnly" in config:
        assert git("log", "--format=%ae", cwd=place.here / "shop") == "zoe@example.com\n"


@pytest.mark.parametrize("name", ["<>", "...", "Nul \u200d"])
def test_even_a_name_that_git_cannot_take_signs(place: Workplace, small: list[str], name: str) -> None:
    (place.home / ".gitconfig").write_text("[user]\nuseConfigOnly = true\n")
    done = place.run("new", "shop", *small, "--set", f"author_name={name}")
    assert done.code == 0, done.err
    assert git("rev-list", "--count", "HEAD", cwd=place.here / "shop") == "1\n"


def test_an_earlier_release_can_be_named(place: Workplace) -> None:
    done = place.run("new", "shop", "--defaults", "--no-git", "--ref", "0.1.0")
    assert done.code == 0, done.err
    assert "_commit: v0.1.0\n" in (place.here / "shop/.copier-answers.yml").read_text()


def test_inside_another_repository_none_is_made(place: Workplace, small: list[str]) -> None:
    git("init", "--quiet", cwd=place.here)
    done = place.run("new", "apps/shop", *small)
    assert done.code == 0
    assert "inside a git repository" in done.err
    assert not (place.here / "apps/shop/.git").exists()
    assert git("status", "--porcelain", cwd=place.here) == "?? apps/\n"


@pytest.mark.parametrize("rules", ["global excludes", "excludes of a template of git", "rules of the project"])
def test_the_first_commit_has_every_file_whatever_is_ignored(place: Workplace, rules: str) -> None:
    source = copy_of_our_source(place.root / "source", {**SMALL, "odd [x] *.txt": "", ":(glob)x": ""})
    match rules:
        case "global excludes":
            (place.home / "ignored").write_text(".env*\n*.md\n")
            with (place.home / ".gitconfig").open("a") as stream:
                stream.write(f"[core]\nexcludesFile = {place.home}/ignored\nsafeCRLF = true\nautocrlf = input\n")
        case "excludes of a template of git":
            (place.home / "template/info").mkdir(parents=True)
            (place.home / "template/info/exclude").write_text(".env*\ndocs/\n")
            with (place.home / ".gitconfig").open("a") as stream:
                stream.write(f"[init]\ntemplateDir = {place.home}/template\n")
        case _:
            rules_of_project = source / "templates/flask-micro/.gitignore"
            rules_of_project.rename(f"{rules_of_project}.jinja").write_text(".env*\nsrc/\n")
    as_repository(source, "v1.0.0")
    done = place.run("new", "shop", "--set=template=flask-micro", "--source", source, "--json")
    assert (done.code, done.reply["notes"]) == (0, []), done.err
    committed = git("-c", "core.quotePath=false", "ls-files", "-z", cwd=place.here / "shop").split("\0")[:-1]
    assert sorted(committed) == sorted(set(done.reply["changed"]) - {".env"})
    assert ".env" in done.reply["changed"]
    assert place.run("check", "shop").code == 0


def test_in_a_repository_of_others_the_note_says_what_its_rules_leave_out(
    place: Workplace, small_repository: Path
) -> None:
    git("init", "--quiet", cwd=place.here)
    git("config", "core.fileMode", "false", cwd=place.here)
    (place.here / ".gitignore").write_text(".env*\n")
    source = copy_of_our_source(place.root / "source", SMALL)
    (source / "templates/flask-micro/run it.sh").write_text("#!/bin/sh\n")
    (source / "templates/flask-micro/run it.sh").chmod(0o755)
    as_repository(source, "v1.0.0")
    done = place.run("new", "apps/shop", "--set=template=flask-micro", "--source", source, "--json")
    note, *more = done.reply["notes"]
    commands = [text.rpartition(": ")[2] for text in more]
    assert "inside a git repository" in note
    assert commands == ["git add --force -- .env.example", "git add --chmod=+x -- 'run it.sh'"]
    for command in ("git add --all", *commands):
        subprocess.run(command, shell=True, cwd=place.here / "apps/shop", env=place.environment(), check=True)
    listed = git("ls-files", "--stage", cwd=place.here / "apps/shop")
    assert "\t.env.example\n" in listed
    assert "\t.env\n" not in listed
    assert [line.split()[0] for line in listed.splitlines() if "run it.sh" in line] == ["100755"]


def test_where_nothing_is_left_out_there_is_one_note(place: Workplace, small: list[str]) -> None:
    git("init", "--quiet", cwd=place.here)
    assert len(place.run("new", "apps/shop", *small, "--json").reply["notes"]) == 1


def test_no_hook_runs_and_nothing_is_signed(place: Workplace, small: list[str]) -> None:
    hooks = place.home / "template" / "hooks"
    hooks.mkdir(parents=True)
    for name in ("pre-commit", "commit-msg", "post-commit", "post-index-change", "prepare-commit-msg", "post-checkout"):
        (hooks / name).write_text(f"#!/bin/sh\necho {name} >> {place.root}/hooks-that-ran\nexit 1\n")
        (hooks / name).chmod(0o755)
    (place.home / ".gitconfig").write_text(
        f"[user]\nname = T\nemail = t@example.com\nsigningKey = none\n[init]\ntemplateDir = {place.home}/template\n"
        "defaultBranch = trunk\n[commit]\ngpgSign = true\n[gpg]\nprogram = /bin/false\n"
    )
    done = place.run("new", "shop", *small)
    assert done.code == 0
    assert "Note" not in done.err
    assert not (place.root / "hooks-that-ran").exists()
    assert git("branch", "--show-current", cwd=place.here / "shop") == "trunk\n"
    assert (place.here / "shop/.git/hooks/pre-commit").exists()


def test_variables_that_point_at_another_repository_are_not_followed(place: Workplace, small: list[str]) -> None:
    other = place.root / "other"
    other.mkdir()
    git("init", "--quiet", cwd=other)
    before = sorted(other.rglob("*"))
    variables = {"GIT_DIR": f"{other}/.git", "GIT_WORK_TREE": str(other), "GIT_INDEX_FILE": f"{other}/.git/index"}
    assert place.run("new", "shop", *small, env=dict(variables)).code == 0
    assert sorted(other.rglob("*")) == before
    assert git("rev-list", "--count", "HEAD", cwd=place.here / "shop") == "1\n"


# What only Waypost writes


def secret_of(project: Path) -> str:
    found = re.search(r"^SECRET_KEY=(.*)$", (project / ".env").read_text(), re.MULTILINE)
    assert found
    return found[1]


def test_the_secret_is_fresh_private_and_stands_nowhere_else(place: Workplace, small: list[str]) -> None:
    projects = [place.here / "one", place.here / "two"]
    for project in projects:
        assert place.run("new", project, *small).code == 0
        assert stat.S_IMODE((project / ".env").stat().st_mode) == 0o600
        assert git("check-ignore", ".env", cwd=project) == ".env\n"
        secret = secret_of(project)
        assert re.fullmatch(r"[A-Za-z0-9_-]{32,}", secret)
        holding = [path for path in project.rglob("*") if path.is_file() and secret.encode() in path.read_bytes()]
        assert holding == [project / ".env"]
        expected = (project / ".env.example").read_text().replace("change-me", secret)
        assert (project / ".env").read_text() == expected
    assert secret_of(projects[0]) != secret_of(projects[1])


def test_a_repository_that_was_just_cloned_and_is_empty_takes_the_project(place: Workplace, small: list[str]) -> None:
    folder = place.here / "cloned"
    folder.mkdir()
    git("init", "--quiet", "--initial-branch=trunk", cwd=folder)
    before = {path: path.read_bytes() for path in (folder / ".git").rglob("*") if path.is_file()}
    done = place.run("new", ".", *small, "--json", cwd=folder)
    assert done.code == 0, done.err
    assert done.reply["notes"] == ["The folder is a git repository already; commit the project there."]
    assert {path: path.read_bytes() for path in (folder / ".git").rglob("*") if path.is_file()} == before
    git("add", "--all", cwd=folder)
    assert "README.md" in git("ls-files", cwd=folder)
    assert ".env\n" not in git("ls-files", cwd=folder)


def test_what_only_looks_like_a_repository_stays(place: Workplace, small: list[str]) -> None:
    kept = place.here / "odd" / ".git" / "notes"
    kept.parent.mkdir(parents=True)
    kept.write_text("mine")
    done = place.run("new", "odd", *small)
    assert done.code == 4
    assert "Directory not empty" in done.err
    assert [path.name for path in (place.here / "odd").rglob("*")] == [".git", "notes"]
    assert kept.read_text() == "mine"


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
@pytest.mark.parametrize("destination", ["new", "existing"])
def test_the_umask_counts_for_all_but_the_secret(
    place: Workplace, small: list[str], umask: int, destination: str
) -> None:
    (place.here / "existing").mkdir(mode=0o750)
    assert place.run("new", destination, *small, "--no-git", umask=umask).code == 0
    folder = place.here / destination
    assert stat.S_IMODE(folder.stat().st_mode) == (0o777 & ~umask if destination == "new" else 0o750)
    assert stat.S_IMODE((folder / "README.md").stat().st_mode) == 0o666 & ~umask
    assert stat.S_IMODE((folder / "docs").stat().st_mode) == 0o777 & ~umask
    assert stat.S_IMODE((folder / ".env").stat().st_mode) == 0o600


def test_a_dry_run_names_the_files_and_makes_nothing(place: Workplace, small: list[str]) -> None:
    told = place.run("new", "a/shop", *small, "--dry-run", "--json").reply
    assert place.files() == []
    made = place.run("new", "a/shop", *small, "--json").reply
    assert told["changed"] == made["changed"]
    assert told["is_dry_run"] is True


# Two at once


@pytest.mark.parametrize("destination", ["shop", "a/b/shop", "existing"])
def test_of_two_runs_at_once_exactly_one_wins(place: Workplace, small: list[str], destination: str) -> None:
    (place.here / "existing").mkdir()
    codes: list[int] = []
    command = [sys.executable, "-m", "waypost", "new", destination, *small]

    def run() -> None:
        done = subprocess.run(command, cwd=place.here, env=place.environment(), capture_output=True, check=False)
        codes.append(done.returncode)

    runs = [threading.Thread(target=run) for _ in range(3)]
    for each in runs:
        each.start()
    for each in runs:
        each.join()
    assert sorted(codes) == [0, 4, 4]
    assert git("status", "--porcelain", cwd=place.here / destination) == ""
    assert {path.name for path in (place.here / destination).parent.iterdir()} <= {"shop", "existing", "a", "b"}
    assert not (place.here / destination / ".waypost").exists()
    assert list(place.temporary.iterdir()) == []
