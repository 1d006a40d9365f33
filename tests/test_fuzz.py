"""Whatever stands in a file that Waypost reads: it is read, or refused in a sentence, and nothing is written or run."""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import tomlkit
import yaml
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

import waypost
from support.running import Workplace
from support.sources import ROOT, as_repository, catalogue, copy_of_our_source
from waypost.errors import WaypostError
from waypost.fleet.manifest import read_manifest
from waypost.questions.answers import recorded_answers
from waypost.questions.catalogue import load_catalogue
from waypost.questions.reading import read_catalogue
from waypost.questions.record import RECORD, read_record

pytestmark = pytest.mark.slow

MANY = int(os.environ.get("WAYPOST_EXAMPLES", "100"))
OFTEN = settings(max_examples=MANY, deadline=None, suppress_health_check=list(HealthCheck))
NASTY = st.sampled_from(
    [
        "",
        "\0",
        "\n",
        "../x",
        "/etc/passwd",
        "{{ 7*7 }}",
        "{% raw %}",
        "--help",
        "-",
        "~",
        "ext::sh",
        "\u202e",
        "a" * 10_000,
    ]
)
TEXT = NASTY | st.text(max_size=30)
SCALAR = TEXT | st.none() | st.booleans() | st.integers() | st.floats() | st.dates()
TREE = st.recursive(
    SCALAR, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4), max_leaves=8
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fuzz")


@OFTEN
@given(
    record=st.dictionaries(
        st.sampled_from([*catalogue().by_key, "_commit", "_src_path", "_other"]) | TEXT, TREE, max_size=8
    )
)
def test_any_record_is_answers_or_refused(folder: Path, record: dict[str, Any]) -> None:
    (folder / RECORD).write_text(yaml.safe_dump(record, allow_unicode=True), encoding="utf-8")
    with suppress(WaypostError):
        answers = recorded_answers(read_record(folder), catalogue())
        catalogue().resolve({key: answer.value for key, answer in answers.items()})
    with suppress(WaypostError):
        waypost.check(folder)
    assert [path.name for path in folder.iterdir()] == [RECORD]


@OFTEN
@given(content=st.binary(max_size=200) | TEXT.map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_any_bytes_are_a_record_or_refused(folder: Path, content: bytes) -> None:
    (folder / RECORD).write_bytes(content)
    with suppress(WaypostError):
        read_record(folder)


# Of the right type more often than not: what is wrong with a value is looked at only then.
OF_A_PROJECT: dict[str, st.SearchStrategy[Any]] = {
    "action": st.sampled_from(["new", "update"]) | TREE,
    "answers": TEXT,
    "set": st.dictionaries(st.sampled_from([*catalogue().by_key]) | TEXT, SCALAR | st.lists(TEXT, max_size=2)),
    "source": TEXT,
    "version": TEXT,
    "git": st.booleans() | TREE,
    "yes": st.booleans(),
}
OF_ALL = {key: values for key, values in OF_A_PROJECT.items() if key not in {"action", "yes"}}
ROW = st.fixed_dictionaries({"path": TEXT}, optional=OF_A_PROJECT) | st.dictionaries(TEXT, TREE, max_size=3)


@OFTEN
@example(common={}, rows=[{"path": "a\0b"}])
@example(common={}, rows=[{"path": "p", "answers": "a\0b"}])
@example(common={"source": "a" * 10_000}, rows=[{"path": "p"}])
@given(common=st.fixed_dictionaries({}, optional=OF_ALL), rows=st.lists(ROW, max_size=3))
def test_any_manifest_is_read_or_refused(folder: Path, common: dict[str, Any], rows: list[dict[str, Any]]) -> None:
    path = folder / "fleet.toml"
    path.write_text(as_toml(common | {"projects": rows}), encoding="utf-8")
    with suppress(WaypostError):
        for entry in read_manifest(path):
            assert Path(entry.folder).is_absolute()
            assert entry.wanted in {"new", "update"}
    path.unlink()


def as_toml(document: dict[str, Any]) -> str:
    def without_none(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: without_none(item) for key, item in value.items() if item is not None}
        if isinstance(value, list):
            return [without_none(item) for item in value if item is not None]
        return value

    return tomlkit.dumps(without_none(document))


CATALOGUE = "\n".join(path.read_text() for path in sorted((ROOT / "templates" / "questions").glob("*.yml")))
ENTRIES = yaml.safe_load(CATALOGUE)


@OFTEN
@given(
    key=st.sampled_from([*ENTRIES, "_subdirectory", "_exclude", "_envops", "_templates_suffix", "_answers_file"]),
    field=st.sampled_from(["type", "default", "when", "choices", "validator", "help", "multiselect", "other"]),
    value=TREE
    | st.sampled_from(["{{ x.y.z }}", "{% for i in range(9) %}", "{{ 1 // 0 }}", "{{ cycler.__init__ }}", "yaml"]),
)
def test_any_catalogue_is_read_or_refused(folder: Path, key: str, field: str, value: Any) -> None:
    source = folder / "source"
    shutil.rmtree(source, ignore_errors=True)
    copy_of_our_source(source, files={})
    changed = ENTRIES | {key: {**ENTRIES[key], field: value} if isinstance(ENTRIES.get(key), dict) else value}
    for path in (source / "templates" / "questions").glob("*.yml"):
        path.write_text("" if path.stem != "stack" else yaml.safe_dump(changed, sort_keys=False))
    with suppress(WaypostError):
        read_catalogue(source)
        resolution = load_catalogue(source).resolve({"template": "flask-micro"})
        assert resolution.facts is not None


@pytest.mark.parametrize(
    "spoil",
    [
        "a link out of the source",
        "a link to a folder",
        "a name that climbs",
        "an absolute name",
        "a file of 64 MiB",
        "a loop of links",
    ],
)
def test_a_source_cannot_reach_outside_the_project(place: Workplace, tmp_path: Path, spoil: str) -> None:
    (tmp_path / "secret").write_text("secret")
    source = copy_of_our_source(tmp_path / "source", files={"README.md": "# Read me\n"})
    template = source / "templates" / "flask-micro"
    match spoil:
        case "a link out of the source":
            (template / "stolen").symlink_to(tmp_path / "secret")
        case "a link to a folder":
            (template / "stolen").symlink_to(tmp_path)
        case "a name that climbs":
            (template / "{% if true %}..{% endif %}").mkdir()
            (template / "{% if true %}..{% endif %}" / "out.jinja").write_text("out")
        case "an absolute name":
            (template / "{{ _copier_conf.sep }}tmp{{ _copier_conf.sep }}waypost-out.jinja").write_text("out")
        case "a file of 64 MiB":
            (template / "large").write_bytes(b"0" * (64 << 20))
        case "a loop of links":
            (template / "loop").symlink_to(template)
    as_repository(source, "v1.0.0")
    done = place.run("new", "made", "--source", source, "--set=template=flask-micro", "--defaults", "--json")

    assert done.code in {0, 3, 4, 7}
    assert not list(tmp_path.rglob("out"))
    assert not Path("/tmp/waypost-out").exists()
    if (place.here / "made").exists():
        inside = (place.here / "made").resolve()
        for path in inside.rglob("*"):
            assert not path.is_symlink() or path.resolve().is_relative_to(inside), path
            assert path.is_symlink() or not path.is_file() or path.read_bytes() != b"secret"
