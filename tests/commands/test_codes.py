"""Every code that an error can have is seen once, where people and programs meet it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from support.adopting import repository_of
from support.sources import as_repository, catalogue
from support.updating import commit, git
from waypost import apply_update, plan_update
from waypost.cli.output import as_ours
from waypost.commands.adoption.adopt import adopt
from waypost.commands.answers import answers_init, answers_validate
from waypost.commands.diff import diff
from waypost.commands.new import new
from waypost.commands.replies.reply import error_fields
from waypost.commands.update import Manner, undo, update_project
from waypost.errors import ErrorCode
from waypost.fleet.manifest import read_manifest
from waypost.questions.answers import Inputs
from waypost.questions.record import RECORD, parse_record
from waypost.update.answers import resolve_inputs

pytestmark = pytest.mark.slow

DEFAULTS = Inputs(uses_defaults=True)
SEEN: dict[ErrorCode, Callable[[Path], object]] = {}


def seen(code: ErrorCode) -> Callable[[Callable[[Path], object]], None]:
    """Enter what meets the error ``code`` in a committed project of flask-blueprints."""

    def enter(act: Callable[[Path], object]) -> None:
        SEEN[code] = act

    return enter


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("codes") / "shop"
    new(DEFAULTS, str(folder), uses_git=False)
    git("init", "--quiet", "--initial-branch=main", cwd=folder)
    git("add", "--all", cwd=folder)
    git("commit", "--quiet", "--message", "x", cwd=folder)
    return folder


def change(
    project: Path,
    *settings: str,
    manner: Manner | None = None,
    adds: tuple[str, ...] = (),
    removes: tuple[str, ...] = (),
) -> object:
    return update_project(
        str(project), Inputs(settings=settings, adds=adds, removes=removes), manner or Manner(), stays=True
    )


@pytest.mark.parametrize("code", ErrorCode, ids=str)
def test_each_code_is_met_and_reaches_the_reply(code: ErrorCode, made: Path, tmp_path: Path) -> None:
    project = shutil.copytree(made, tmp_path / "shop")
    with pytest.raises(BaseException) as caught:  # noqa: PT011 - an interruption is no exception of ours yet
        SEEN[code](project)
    error = as_ours(caught.value)
    assert error.code is code, error.message
    assert error_fields(error)["error"]["code"] == code.value
    assert code.meaning


def test_a_code_is_words_with_hyphens() -> None:
    assert all(code.value.replace("-", "").isalpha() and code.value.islower() for code in ErrorCode)


@seen(ErrorCode.INTERNAL)
def _(_project: Path) -> object:
    raise ZeroDivisionError


@seen(ErrorCode.INTERRUPTED)
def _(_project: Path) -> object:
    raise KeyboardInterrupt


@seen(ErrorCode.SYSTEM)
def _(project: Path) -> object:
    return (project / "missing").read_text()


@seen(ErrorCode.USAGE)
def _(_project: Path) -> object:
    return diff(Inputs(), None)


@seen(ErrorCode.ANSWERS_NEEDED)
def _(project: Path) -> object:
    return new(Inputs(), str(project / "new"))


@seen(ErrorCode.AGREEMENT_NEEDED)
def _(project: Path) -> object:
    return change(project, "template=django-full")


@seen(ErrorCode.DECLINED)
def _(project: Path) -> object:
    return change(project, "template=django-full", manner=Manner(confirm=lambda _question: False))


@seen(ErrorCode.OLDER_VERSION)
def _(project: Path) -> object:
    return update_project(str(project), Inputs(), Manner(), to="v0.1.0")


@seen(ErrorCode.ANSWERS_FILE)
def _(project: Path) -> object:
    return answers_validate(str(project / "README.md"))


@seen(ErrorCode.MANIFEST)
def _(project: Path) -> object:
    return read_manifest(project / "README.md")


@seen(ErrorCode.UNKNOWN_QUESTION)
def _(_project: Path) -> object:
    return answers_init(Inputs(settings=("knd=cms",)))


@seen(ErrorCode.WRONG_ANSWER)
def _(_project: Path) -> object:
    return answers_init(Inputs(settings=("ci=gitlap", "template=flask-micro", "admin=basic")))


@seen(ErrorCode.REFUSED_COMBINATION)
def _(_project: Path) -> object:
    return answers_init(Inputs(settings=("template=flask-micro", "admin=basic")))


@seen(ErrorCode.QUESTION_GONE)
def _(project: Path) -> object:
    record = parse_record((project / RECORD).read_bytes(), project / RECORD)
    return resolve_inputs(record, {"gone": "yes"}, catalogue(), Inputs())


@seen(ErrorCode.UNKNOWN_FEATURE)
def _(project: Path) -> object:
    return change(project, adds=("celry",))


@seen(ErrorCode.AMBIGUOUS_FEATURE)
def _(project: Path) -> object:
    return change(project, adds=("redis",))


@seen(ErrorCode.NO_OFF_VALUE)
def _(project: Path) -> object:
    return change(project, removes=("cookie",))


@seen(ErrorCode.NOT_APPLICABLE)
def _(project: Path) -> object:
    return change(project, adds=("flask-smorest",))


@seen(ErrorCode.STATE)
def _(project: Path) -> object:
    plan = plan_update(project, {"ci": "github"})
    commit(project)
    apply_update(plan)
    return None


@seen(ErrorCode.DESTINATION)
def _(project: Path) -> object:
    return new(DEFAULTS, str(project))


@seen(ErrorCode.NOT_A_PROJECT)
def _(project: Path) -> object:
    return change(project / "src")


@seen(ErrorCode.RECORD)
def _(project: Path) -> object:
    record = project / RECORD
    record.write_text(record.read_text().replace("ci: none", "ci: nothing"))
    commit(project)
    return change(project, "ci=github")


@seen(ErrorCode.RECORDED_ALREADY)
def _(project: Path) -> object:
    return adopt(str(project), Inputs(), Manner())


@seen(ErrorCode.UNKNOWN_FRAMEWORK)
def _(project: Path) -> object:
    folder = repository_of(project.parent / "other", {"README.md": "nothing of a framework\n"})
    return adopt(str(folder), Inputs(), Manner())


@seen(ErrorCode.NOT_COMMITTED)
def _(project: Path) -> object:
    (project / "README.md").write_text("mine\n")
    return change(project, "ci=github")


@seen(ErrorCode.UNFINISHED)
def _(project: Path) -> object:
    (project / ".git/MERGE_HEAD").write_text(git("rev-parse", "HEAD", cwd=project))
    return change(project, "ci=github")


@seen(ErrorCode.IN_THE_WAY)
def _(project: Path) -> object:
    (project / ".git/info").mkdir(exist_ok=True)
    (project / ".git/info/exclude").write_text(".gitlab-ci.yml\n")
    (project / ".gitlab-ci.yml").write_text("mine\n")
    return change(project, "ci=gitlab")


@seen(ErrorCode.MIGRATIONS)
def _(project: Path) -> object:
    folder = project.parent / "site"
    new(Inputs(settings=("template=django-full",)), str(folder), uses_git=False)
    git("init", "--quiet", cwd=folder)
    commit(folder)
    return change(folder, "accounts=none", "admin=none")


@seen(ErrorCode.NOTHING_TO_UNDO)
def _(project: Path) -> object:
    return undo(str(project))


@seen(ErrorCode.WOULD_BE_LOST)
def _(project: Path) -> object:
    change(project, "ci=github")
    (project / ".github/workflows/check.yml").write_text("mine\n")
    return undo(str(project))


@seen(ErrorCode.GIT)
def _(project: Path) -> object:
    (project / ".git/index").write_bytes(b"no index")
    return change(project, "ci=github")


@seen(ErrorCode.SOURCE)
def _(project: Path) -> object:
    folder = project.parent / "source"
    folder.mkdir()
    (folder / "README.md").touch()
    return new(DEFAULTS, str(project / "new"), url=str(as_repository(folder, "v1.0.0")))


@seen(ErrorCode.SOURCE_ADDRESS)
def _(project: Path) -> object:
    return new(DEFAULTS, str(project / "new"), url="ext::sh -c id")


@seen(ErrorCode.SOURCE_UNREACHABLE)
def _(project: Path) -> object:
    return new(DEFAULTS, str(project / "new"), url=f"file://{project}/missing")


@seen(ErrorCode.UNKNOWN_VERSION)
def _(project: Path) -> object:
    return new(DEFAULTS, str(project / "new"), ref="v99")
