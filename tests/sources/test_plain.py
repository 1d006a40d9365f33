"""Waypost's own rendering and copier's are equal, file by file and byte by byte."""

from __future__ import annotations

import os
import random
import sys
import warnings
from functools import cache
from pathlib import Path
from typing import Any

import plumbum
import pytest
from copier._main import Worker
from copier._settings import SettingsModel

from support.running import Workplace
from support.sources import TEMPLATES, copy_of_our_source, source_of
from waypost.errors import SourceError
from waypost.model import Question, Value
from waypost.questions.catalogue import Catalogue, Resolution, load_catalogue
from waypost.questions.record import RECORD, name_source
from waypost.sources.embedded import TemplateSource
from waypost.sources.plain import RenderedFile
from waypost.sources.rendering import render, rendering

pytestmark = pytest.mark.slow

# So many sets of answers for each template; WAYPOST_EXAMPLES=500 for a long look.
EXAMPLES = int(os.environ.get("WAYPOST_EXAMPLES", "12"))
TEXTS = ("Café: {{ 7*7 }} 'n' \"co\"", "# Zoë", "back\\slash & <b>", "مشروع", "plain")


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> TemplateSource:
    """Waypost's templates as they are now, in a folder that is no repository: copier would clone one."""
    return source_of(copy_of_our_source(tmp_path_factory.mktemp("baseline") / "source"))


@pytest.fixture(scope="module")
def environment(source: TemplateSource) -> Any:
    """Copier's own Jinja environment for it; each text is compiled once, not once an example."""
    with Worker(src_path=str(source.root), dst_path=Path(), settings=SettingsModel(), quiet=True) as worker:
        environment = worker.jinja_env
    environment.from_string = cache(environment.from_string)  # type: ignore[assignment, method-assign]
    return environment


def some_answers(catalogue: Catalogue, template: str, seed: int) -> Resolution:
    """A set of valid answers: some of each kind taken by chance, what is refused put back to its default."""
    chance = random.Random(f"{template} {seed}")
    questions = [question for question in catalogue.questions if question.key != "template"]
    chosen = chance.sample(questions, chance.randint(0, len(questions)))
    given: dict[str, Value] = {question.key: some_answer(question, chance) for question in chosen}
    given["template"] = template
    while problems := catalogue.resolve(given).problems:
        for problem in problems:
            given.pop(problem.key, None)
        if "template" not in given:
            given = {"template": template}
    return catalogue.resolve(given)


def some_answer(question: Question, chance: random.Random) -> Value:
    match question.type:
        case "yes-no":
            return chance.random() < 0.5
        case "choice":
            return chance.choice(question.values)
        case "choices":
            return tuple(value for value in question.values if chance.random() < 0.5)
        case _:
            return chance.choice(TEXTS)


@pytest.mark.parametrize("template", TEMPLATES)
def test_any_answers_render_to_what_copier_writes(
    source: TemplateSource, environment: Any, template: str, tmp_path: Path
) -> None:
    catalogue = load_catalogue(source.root)
    for seed in range(EXAMPLES):
        resolution = some_answers(catalogue, template, seed)
        copied = copied_by_copier(source, resolution, environment, tmp_path / str(seed))
        assert rendering(source, resolution) == copied, resolution.answers
        assert RECORD in copied


def copied_by_copier(
    source: TemplateSource, resolution: Resolution, environment: Any, folder: Path
) -> dict[str, RenderedFile]:
    data = {key: list(value) if isinstance(value, tuple) else value for key, value in resolution.answers.items()}
    with plumbum.local.env(PATH=""), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with Worker(
            src_path=str(source.root), dst_path=folder, data=data, defaults=True, quiet=True, settings=SettingsModel()
        ) as worker:
            worker.__dict__["jinja_env"] = environment
            worker.run_copy()
    name_source(folder, url=source.url, version=source.version)
    return {
        path.relative_to(folder).as_posix(): RenderedFile(
            content=path.read_bytes(), is_executable=os.access(path, os.X_OK)
        )
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_what_a_source_excludes_is_left_out(tmp_path: Path) -> None:
    files = {"__pycache__/a.pyc": "x", "kept/b.pyc": "x", ".DS_Store": "x", "kept/c.py": "x"}
    source = source_of(copy_of_our_source(tmp_path / "source", files))
    rendered = rendering(source, load_catalogue(source.root).resolve({"template": "flask-micro"}))
    assert set(rendered) == {RECORD, "kept/c.py"}


def test_a_plain_file_beside_a_template_of_its_name_gives_way(tmp_path: Path) -> None:
    files = {"a.txt": "plain", "a.txt.jinja": "{{ project_slug }}"}
    source = source_of(copy_of_our_source(tmp_path / "source", files))
    resolution = load_catalogue(source.root).resolve({"template": "flask-micro", "project_name": "Seven"})
    assert rendering(source, resolution)["a.txt"].content == b"seven"


@pytest.mark.parametrize(
    ("files", "setting"),
    [
        pytest.param({"a.txt.jinja": "{{ 'x' | b64encode }}"}, "", id="a filter that only copier has"),
        pytest.param({"a.txt": "eA=="}, "_skip_if_exists: [b.txt]\n", id="a setting that only copier reads"),
        pytest.param({"a.txt": "eA==", "docs/b": ""}, "_exclude: [docs/b]\n", id="a pattern with a path"),
    ],
)
def test_what_is_not_understood_is_left_to_copier(files: dict[str, str], setting: str, tmp_path: Path) -> None:
    folder = copy_of_our_source(tmp_path / "source", files)
    config = (folder / "copier.yml").read_text()
    if setting:
        config = config.partition("_exclude:")[0] + setting + "---\n" + config.partition("---\n")[2]
    (folder / "copier.yml").write_text(config)
    rendered = rendering(source_of(folder), load_catalogue(folder).resolve({"template": "flask-micro"}))
    assert {name: file.content for name, file in rendered.items() if name != RECORD} == {"a.txt": b"eA=="}


def test_a_source_that_nobody_can_render_is_an_error_of_the_source(tmp_path: Path) -> None:
    source = source_of(copy_of_our_source(tmp_path / "source", {"a.txt.jinja": "{{ no_such_thing }}"}))
    with pytest.raises(SourceError, match="no_such_thing"):
        rendering(source, load_catalogue(source.root).resolve({"template": "flask-micro"}))


def test_a_project_of_our_own_templates_is_made_without_copier(place: Workplace) -> None:
    program = "import sys; from waypost.cli.run import run; run(sys.argv[1:]); print(*sys.modules, file=sys.stderr)"
    done = place.run("new", "project", "--defaults", "--quiet", program=(sys.executable, "-c", program))
    assert (place.here / "project" / RECORD).is_file()
    assert "waypost.sources.by_copier" in done.err.split()
    assert "copier" not in done.err.split()


@pytest.mark.parametrize("name", [".git/config", "docs/.GIT/hooks/post-checkout"])
@pytest.mark.parametrize("filter_of_copier", ["", "{{ 'x' | b64encode }}"], ids=["plain", "with copier"])
def test_a_source_that_writes_into_a_repository_is_refused(tmp_path: Path, name: str, filter_of_copier: str) -> None:
    files = {f"{name}.jinja": filter_of_copier or "[core]\n\tfsmonitor = touch executed\n"}
    folder = copy_of_our_source(tmp_path / "source", files)
    (folder / "copier.yml").write_text((folder / "copier.yml").read_text().replace("  - .git\n", ""))
    resolution = load_catalogue(folder).resolve({"template": "flask-micro"})
    with pytest.raises(SourceError, match=r"writes into \.git"):
        render(source_of(folder), resolution, tmp_path / "project")


def test_what_can_be_run_can_be_run_by_whoever_may_read_it(tmp_path: Path) -> None:
    folder = copy_of_our_source(tmp_path / "source", {"run.sh": "#!/bin/sh\n"})
    (folder / "templates/flask-micro/run.sh").chmod(0o755)
    resolution = load_catalogue(folder).resolve({"template": "flask-micro"})
    before = os.umask(0o027)
    try:
        render(source_of(folder), resolution, tmp_path / "project")
    finally:
        os.umask(before)
    assert (tmp_path / "project/run.sh").stat().st_mode & 0o777 == 0o750
    assert (tmp_path / "project" / RECORD).stat().st_mode & 0o777 == 0o640
