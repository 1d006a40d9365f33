"""Whatever a text answer holds: it is refused by its key, or a sound project comes out and nothing else is touched."""

from __future__ import annotations

import ast
import json
import tomllib
from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from support.running import Workplace
from support.sources import TEMPLATES, catalogue, copy_of_our_source, source_of
from waypost.advice.recommend import recommend
from waypost.model import Value
from waypost.projects.creation import create
from waypost.sources.embedded import TemplateSource

pytestmark = pytest.mark.slow

TEXTS = ("project_name", "project_slug", "package_name", "description", "author_name", "author_email")
HOSTILE = {
    "quotes": "'\"'''\"\"\"",
    "escaped quote": 'a\\"',
    "ends in a backslash": "back\\",
    "lines": "one\ntwo",
    "carriage return": "one\rtwo",
    "expression": "{{ 7*7 }}",
    "statement": "{% raw %}{% for x in y %}",
    "comment": "{# gone #}",
    "shell": "${x} $(id) `id` ; rm -rf / & | > x",
    "make": "$(shell id) $$ #",
    "emoji": "👩‍👩‍👧 🎉",
    "right to left": "مشروع שלום",
    "override": "a\u202egnp.exe",
    "isolate": "\u2066a\u2069",
    "parent": "../x",
    "root": "/etc/passwd",
    "backslashes": "..\\..\\x",
    "git": ".git",
    "keyword": "class",
    "soft keyword": "match",
    "standard library": "json",
    "dependency": "flask",
    "nul": "a\0b",
    "escape": "\x1b[31mred",
    "long": "x" * 10_000,
    "yaml": "a: [b, {c: d}] # - & * ! | > %",
    "yaml document": "--- !!python/object:os.system",
    "yaml yes": "yes",
    "yaml null": "~",
    "number": "1e3",
    "toml": '" ]\n[tool.evil]\nx = "',
    "html": "<script>alert(1)</script>&amp;<!-- -->",
    "markdown": "](javascript:x) # **b** | <a>",
    "percent": "%s %(x)s %%",
    "format": "{x} {0} {}",
    "space": " ",
    "nothing": "",
    "separator": "a\u2028b",
    "zero width": "a\u200bb",
    "surrogate": "\U0010ffff",
    "combining": "e\u0301\u0327",
    "option": "--help",
    "reserved": "con",
}


def assert_sound(project: Path) -> None:
    """Every file of the project parses as what its name says, and no answer was evaluated."""
    for path in project.rglob("*"):
        if not path.is_file() or ".git" in path.relative_to(project).parts:
            continue
        if path.suffix == ".png":
            assert path.read_bytes().startswith(b"\x89PNG\r\n")
            continue
        text = path.read_text(encoding="utf-8")
        match path.suffix:
            case ".py":
                ast.parse(text, filename=str(path))
            case ".toml":
                tomllib.loads(text)
            case ".json":
                json.loads(text)
            case ".yml" | ".yaml":
                list(yaml.safe_load_all(text))
            case _:
                pass


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_text_is_refused_by_its_key_or_harmless(place: Workplace, kind: str) -> None:
    text = json.dumps(HOSTILE[kind], ensure_ascii=False).replace("\x7f", "\\u007f")
    answers = "".join(f"{key} = {text}\n" for key in TEXTS)
    done = place.run("answers", "validate", "-", "--json", stdin=answers)
    assert done.code == 3  # nothing is at once a name of a folder, of a package and an address
    problems = {problem["key"]: problem for problem in done.reply["error"]["problems"]}
    assert set(problems) <= set(TEXTS)
    for key, problem in problems.items():
        assert problem["place"] == f"standard input:{TEXTS.index(key) + 1}:1"
        assert problem["message"].isprintable()
        assert len(problem["message"]) < 300


@pytest.mark.parametrize("template", TEMPLATES)
def test_projects_of_hostile_names_are_sound(tmp_path: Path, template: str) -> None:
    source = source_of(copy_of_our_source(tmp_path / "source"))
    free = [text for text in HOSTILE.values() if not catalogue().resolve({"project_name": text}).problems]
    assert len(free) > 15
    plain = pages_of(source, template, {}, tmp_path / "projects" / "plain")
    assert plain or template == "flask-micro"
    for number, texts in enumerate(zip(free[::3], free[1::3], free[2::3], strict=False)):
        answers: dict[str, Value] = {"template": template, "ci": "github", "author_email": "o.x+y~#$%@example.com"}
        answers |= dict(zip(("project_name", "description", "author_name"), texts, strict=True))
        resolution = catalogue().resolve(answers)
        assert resolution.problems == ()
        project = tmp_path / "projects" / str(number)
        create(source, resolution, recommend({}), project, uses_git=False)
        assert_sound(project)
        # A page holds none of the texts: they reach it while it is shown, where everything is escaped.
        assert {path: text for path, text in html_of(project).items() if path in plain} == plain
        record = yaml.safe_load((project / ".copier-answers.yml").read_text(encoding="utf-8"))
        assert {key: record[key] for key in answers} == answers
    assert {path.name for path in tmp_path.iterdir()} == {"source", "projects"}


def pages_of(source: TemplateSource, template: str, answers: Mapping[str, Value], folder: Path) -> dict[str, str]:
    resolution = catalogue().resolve({"template": template, **answers})
    create(source, resolution, recommend({}), folder, uses_git=False)
    return html_of(folder)


def html_of(project: Path) -> dict[str, str]:
    """The pages of a project, by their paths below its package; its name, an identifier, may stand in them."""
    package = next((path.parent.name for path in project.glob("src/*/__init__.py")), "config")
    found = (path for path in project.rglob("*.html") if "templates" in path.parts)
    return {
        path.as_posix().rpartition("/templates/")[2]: path.read_text(encoding="utf-8").replace(
            f"src/{package}/", "src/package/"
        )
        for path in found
    }


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    template=st.sampled_from(TEMPLATES),
    name=st.text(min_size=1, max_size=60),
    description=st.text(max_size=200),
    author=st.text(min_size=1, max_size=80),
    slug=st.text("abz09-", min_size=1, max_size=50) | st.text(max_size=50),
    package=st.text("abz09_", min_size=1, max_size=50) | st.text(max_size=50),
    email=st.emails() | st.text(max_size=80),
)
def test_projects_of_any_name_are_sound(
    *,
    tmp_path_factory: pytest.TempPathFactory,
    template: str,
    name: str,
    description: str,
    author: str,
    slug: str,
    package: str,
    email: str,
) -> None:
    texts = (name, slug, package, description, author, email)
    wanted: dict[str, Value] = dict(zip(TEXTS, texts, strict=True))
    answers = {key: value for key, value in wanted.items() if not catalogue().resolve({key: value}).problems}
    folder = tmp_path_factory.mktemp("any")
    resolution = catalogue().resolve({**answers, "template": template})
    create(source_of(SOURCE), resolution, recommend({}), folder / "project", uses_git=False)
    assert_sound(folder / "project")
    metadata = tomllib.loads((folder / "project/pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert metadata["description"] == resolution.answers["description"]
    assert metadata["authors"][0]["name"] == resolution.answers["author_name"]


SOURCE = Path(__file__).parents[2]


@pytest.mark.parametrize("key", ["project_name", "project_slug", "description"])
def test_made_from_a_hostile_file_a_project_stays_in_its_folder(place: Workplace, key: str) -> None:
    for kind in ("parent", "expression", "root"):
        before = place.files()
        (place.root / "answers.toml").write_text(f"{key} = {json.dumps(HOSTILE[kind])}\n")
        done = place.run("new", "--answers", place.root / "answers.toml", "--no-git", "--json")
        assert done.code in {0, 3}, done.out
        if done.code == 3:
            assert done.reply["error"]["key"] == key
            assert place.files() == before
        else:
            folder = Path(done.reply["destination"])
            assert folder.parent == place.here
            assert all((folder / name).is_file() for name in done.reply["changed"])
            folder.rename(place.root / f"{key}-{kind}")
            assert place.files() == before


@pytest.mark.parametrize(
    "arguments",
    [
        ["new", "--set", "project_name=\udcff"],
        ["new", "\udcff\udcfe", "--set", "ci=\udcff"],
        ["recommend", "--set", "\udcff=x"],
        ["answers", "validate", "\udcff"],
        ["\udcff"],
        ["--\udcff"],
        ["new", "--set", "kind=" + "x" * 50_000],
        ["new", "--answers", "x" * 50_000],
        ["completion", "\x1b[31m"],
    ],
    ids=ascii,
)
@pytest.mark.parametrize("json_too", [True, False], ids=["json", "text"])
def test_an_argument_that_is_no_text_is_refused(place: Workplace, arguments: list[str], json_too: bool) -> None:
    done = place.run(*arguments, *(["--json"] if json_too else []))
    assert done.code in {2, 3}
    if json_too:
        assert done.reply["status"] == "failed"
    else:
        assert done.out == ""
        assert "\x1b" not in done.err
        assert len(done.err) < 60_000
