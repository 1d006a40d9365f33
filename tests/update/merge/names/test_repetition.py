"""Names that a file may hold once are found where a merge has made two of one."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.updating import project_of, update
from waypost.update.merge.names.repetition import repeated

FAR = "".join(f"\n# {number}" for number in range(12)) + "\n"


@pytest.mark.parametrize(
    ("path", "mine", "theirs", "name"),
    [
        pytest.param("requirements.txt", "psycopg[c]>=3\n", "Psycopg<4\n", "the requirement 'psycopg'", id="pip"),
        pytest.param(".env.example", "TOKEN=\n", "TOKEN=1\n", "the variable 'TOKEN'", id="variable"),
        pytest.param("Makefile", "seed:\n\ta\n", "seed: a ## B\n\tb\n", "the target 'seed'", id="target"),
        pytest.param("settings.py", "CACHES = {}\n", "CACHES = []\n", "the name 'CACHES'", id="setting"),
        pytest.param("a.py", "def index(): ...\n", "def index():\n    pass\n", "the name 'index'", id="function"),
        pytest.param(
            "pyproject.toml",
            '[[tool.uv.index]]\nname = "x"\nurl = "a"\n',
            '[[tool.uv.index]]\nname = "x"\nurl = "b"\n',
            'the entry with name "x" in tool.uv.index',
            id="table",
        ),
        pytest.param(
            "pyproject.toml",
            '[[tool.mypy.overrides]]\nmodule = "a.*"\nx = 1\n',
            '[[tool.mypy.overrides]]\nmodule = ["a.*", "b"]\nx = 2\n',
            "the entry with module a.* in tool.mypy.overrides",
            id="override",
        ),
    ],
)
def test_what_both_sides_add_far_apart_is_a_conflict_that_names_it(
    tmp_path: Path, path: str, mine: str, theirs: str, name: str
) -> None:
    project = project_of(tmp_path, {path: mine + FAR})

    merged = update(project, {path: FAR}, {path: FAR + theirs})

    assert [(conflict.path, conflict.because) for conflict in merged.conflicts] == [
        (path, f"both sides add {name}, which may stand there once only")
    ]
    assert sorted(merged.conflicts[0].stages) == [1, 2, 3]


@pytest.mark.parametrize(
    ("before", "mine", "theirs", "name"),
    [
        pytest.param(
            "class A:\n    x = 1\n{far}    y = 1\n",
            "    def f(self): pass\n",
            "    def f(self): return 1\n",
            "A.f",
            id="method",
        ),
        pytest.param("X = [\n    'a',\n{far}    'z',\n]\n", "    'b',\n", "    'b',\n", "the item 'b'", id="list"),
        pytest.param(
            "X = {{\n    'a': 1,\n{far}    'z': 1,\n}}\n", "    'b': 1,\n", "    'b': 2,\n", "key 'b'", id="dict"
        ),
        pytest.param(
            "import a\n{far}import z\n", "from b import x\n", "from c import x\n", "the name 'x'", id="import"
        ),
        pytest.param(
            "def create(app):\n    a = 1\n{far}    z = 1\n",
            "    app.register_blueprint(b)\n",
            "    app.register_blueprint(b)\n",
            "the call app.register_blueprint(b)",
            id="registration",
        ),
    ],
)
def test_so_is_what_stands_twice_inside_of_something_in_python(
    tmp_path: Path, before: str, mine: str, theirs: str, name: str
) -> None:
    base = before.format(far="\n\n    # far\n\n" * 6)
    first, *rest = base.splitlines(keepends=True)
    rest.insert(1 if rest[0].strip() else 0, mine)
    project = project_of(tmp_path, {"a.py": first + "".join(rest)})
    closing = 1 if base.rstrip().endswith(("]", "}")) else 0
    lines = base.splitlines(keepends=True)
    lines.insert(len(lines) - closing, theirs)

    merged = update(project, {"a.py": base}, {"a.py": "".join(lines)})

    assert [conflict.path for conflict in merged.conflicts] == ["a.py"]
    assert name in merged.conflicts[0].because


@pytest.mark.parametrize(
    ("path", "content"),
    [
        pytest.param("a.py", "import os\nx = 1\nimport os\n", id="the same import"),
        pytest.param("a.py", "import a.b\nimport a.c\n", id="parts of one package"),
        pytest.param(
            "a.py", "from typing import overload\n@overload\ndef f(): ...\n@overload\ndef f(): ...\n", id="overload"
        ),
        pytest.param(
            "a.py",
            "class A:\n    @property\n    def x(self): ...\n    @x.setter\n    def x(self, to): ...\n",
            id="property with a setter",
        ),
        pytest.param("a.py", "_ = 1\n_ = 2\ndef _(): ...\ndef _(): ...\n", id="a name for nothing"),
        pytest.param("a.py", "if a:\n    def f(): ...\nelse:\n    def f(): ...\n", id="definitions under conditions"),
        pytest.param("a.py", "try:\n    import a\nexcept ImportError:\n    a = None\n", id="an import that may fail"),
        pytest.param("a.py", "APPS = ['a']\nAPPS = [*APPS, 'b']\nAPPS += ['c']\n", id="built upon"),
        pytest.param("a.py", "def f():\n    x = 1\n    x = 2\n    return x\n", id="variables of a function"),
        pytest.param("a.py", "class A:\n    def f(self): ...\nclass B:\n    def f(self): ...\n", id="methods of two"),
        pytest.param("a.py", "X = [{'a': 1}, {'a': 2}]\n", id="keys of two dictionaries"),
        pytest.param(
            "Makefile", ".PHONY: a\na:\n\tb\n.PHONY: b\nb: X = 1\nb: a\n", id="phony, and a target's variable"
        ),
        pytest.param("Makefile", "ifdef A\nx:\n\ta\nelse\nx:\n\tb\nendif\nF += a\nF += b\n", id="under a condition"),
        pytest.param("nginx.conf", "server {\n  a = 1;\n}\nserver {\n  a = 1;\n}\n", id="a .conf that is no INI file"),
        pytest.param("a.ini", "[a]\nx = 1\n  y = 2\n  y = 2\n[b]\nx = 1\n", id="a value of several lines"),
        pytest.param("notes.md", "a\na\n", id="a file without names"),
        pytest.param("a.json", '{"a": {"x": 1}, "b": {"x": 1}}', id="keys of two objects"),
        pytest.param("a.yml", "a:\n  - x: 1\n  - x: 1\nb: [c, d]\n", id="keys of two mappings"),
        pytest.param("a.toml", 'a = ["x", "x"]\n', id="words twice in TOML"),
        pytest.param("a.toml", 'a = ["-W", "x"]\nb = ["-W", "x"]\n', id="an option in two lists"),
        pytest.param("a.py", "def broken(:\n", id="what cannot be read"),
    ],
)
def test_what_may_stand_twice_is_not_reported(path: str, content: str) -> None:
    assert repeated(path, content.encode()) == ()


@pytest.mark.parametrize(
    ("path", "content", "expected"),
    [
        pytest.param(
            "requirements/dev.txt", "-r a\nruff>1  # x\nruff\n", "the requirement 'ruff'", id="pip, in a folder"
        ),
        pytest.param("Makefile", "IMAGE := a\nIMAGE = b\n", "the variable 'IMAGE'", id="variable of make"),
        pytest.param("Procfile", "web: a\nworker: b\nweb: c\n", "the process 'web'", id="process"),
        pytest.param("a.html", "{% block x %}{% endblock %}{%- block x %}", "the block 'x'", id="block"),
        pytest.param(
            "deploy/supervisord.conf", "[program:web]\n[program:web]\n", "the section [program:web]", id="program"
        ),
        pytest.param("a.toml", 'dependencies = ["A_b>1", "a.b[c]"]', "the requirement a-b in dependencies", id="toml"),
        pytest.param("a.toml", 'addopts = ["--x=1", "-q", "--x=2"]', "the option --x in addopts", id="option"),
        pytest.param("a.yml", "e:\n- A=1\n- A=2\n", "the value 'A' in e", id="variable of a service"),
        pytest.param("a.yml", "on: [redis, redis]\n", "the value 'redis' in on", id="value"),
        pytest.param("a.yml", "repos:\n- repo: x\n- repo: x\n", "the entry with repo 'x' in repos", id="pre-commit"),
        pytest.param("a.yml", "x_dependencies: [a>1, A]\n", "the requirement 'a' in x_dependencies", id="its packages"),
        pytest.param("a.yml", "a:\n  b: 1\n  b: 2\n", "the key 'b' in a", id="key in YAML"),
        pytest.param("a.json", '{"a": 1, "a": 2}', "the key 'a'", id="key in JSON"),
        pytest.param("a.ini", "[A]\nX = 1\nx: 2\n", "the option 'x' in [A]", id="option of an INI file"),
        pytest.param(".editorconfig", "root = true\n[*]\na=1\n[*]\n", "the section [*]", id="editorconfig"),
        pytest.param("a.py", "class A:\n    x: int\n    x: str\n", "the name 'A.x'", id="field"),
        pytest.param("a.py", "def f():\n    def g(): ...\n    def g(): ...\n", "the name 'f.g'", id="inner function"),
        pytest.param(
            "a.py", "@b.get('/x')\ndef f(): ...\n@b.get('/x')\ndef g(): ...\n", "the address b.get('/x')", id="route"
        ),
        pytest.param(
            "urls.py", "[path('a', v, name='a'), path('b', w, name='a')]\n", "the address named 'a'", id="address"
        ),
        pytest.param(
            "a.json", '[{"model": "a.b", "pk": 1}, {"model": "a.b", "pk": 1}]', "the object a.b 1", id="fixture"
        ),
        pytest.param("a.py", "import x\nx = 1\n", "the name 'x'", id="an import and a constant"),
    ],
)
def test_the_name_is_given_with_its_place(path: str, content: str, expected: str) -> None:
    assert repeated(path, content.encode()) == (expected,)


@pytest.mark.parametrize("side", ["ours", "theirs"])
def test_what_one_side_had_twice_is_no_conflict(tmp_path: Path, side: str) -> None:
    base = f"A = 1\n{FAR}B = 2\n"
    twice = f"A = 1\n{FAR}B = 2\nA = 3\n"
    mine, new = (twice, f"C = 1\n{base}") if side == "ours" else (f"C = 1\n{base}", twice)
    project = project_of(tmp_path, {"a.py": mine})

    assert not update(project, {"a.py": base}, {"a.py": new}).conflicts


def test_a_file_that_only_one_side_changed_is_taken_as_it_is(tmp_path: Path) -> None:
    project = project_of(tmp_path, {"a.py": "A = 1\nA = 2\n", "b.py": "x = 1\n"})

    merged = update(project, {"a.py": "A = 1\n", "b.py": "x = 1\n"}, {"a.py": "A = 1\n", "b.py": "B = 1\nB = 2\n"})

    assert not merged.conflicts


def test_a_requirement_that_both_sides_add_alike_is_kept_once(tmp_path: Path) -> None:
    base = f'dependencies = [\n  "a",\n{FAR}  "z",\n]\n'
    project = project_of(tmp_path, {"pyproject.toml": base.replace('  "a",\n', '  "a",\n  "new>=1",\n')})

    merged = update(
        project, {"pyproject.toml": base}, {"pyproject.toml": base.replace('  "z",\n', '  "z",\n  "new >= 1",\n')}
    )

    assert not merged.conflicts
    assert (project / "pyproject.toml").read_text(encoding="utf-8").count("new") == 1
