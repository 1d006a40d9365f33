"""The wheel and the sdist carry everything: the templates, every release, and nothing of the machine."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from support.releasing import Checkout
from support.running import Workplace
from support.sources import ROOT

pytestmark = pytest.mark.slow

pytest.importorskip("hatchling", reason="hatchling is not installed; make setup installs it")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel and the sdist of a checkout that has two releases, the wheel built from the sdist."""
    folder = tmp_path_factory.mktemp("packages")
    checkout = Checkout(folder / "checkout")
    checkout.has_releases()
    for name in ("hatch_build.py", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, checkout.folder)
    template = checkout.folder / "templates/flask-micro"
    (template / "__pycache__").mkdir()
    (template / "__pycache__/left.cpython-311.pyc").write_bytes(b"")
    _build("sdist", checkout.folder, folder)
    with tarfile.open(next(folder.glob("*.tar.gz"))) as archive:
        archive.extractall(folder / "sdist", filter="data")
    _build("wheel", folder / "sdist/waypost-7.2.0", folder)
    # Without what it stands on, which is installed here: nothing is fetched.
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--target"]
    subprocess.run([*pip, str(folder / "wheel"), str(next(folder.glob("*.whl")))], check=True, capture_output=True)
    return folder


def _build(target: str, checkout: Path, folder: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--target", target, "--directory", str(folder)],
        cwd=checkout,
        check=True,
        capture_output=True,
    )


@pytest.mark.parametrize("path", ["wheel", "sdist/waypost-7.2.0/src"])
def test_each_makes_checks_and_knows_every_release(built: Path, place: Workplace, path: str) -> None:
    ours = {"PYTHONPATH": str(built / path)}
    doctor = place.run("doctor", env=ours)
    assert (doctor.code, "v7.1.0, v7.2.0" in doctor.out) == (0, True), doctor.out
    assert str(built / path.partition("/src")[0]) in doctor.out
    place.run("new", "project", "--set=template=flask-micro", env=ours)
    assert place.run("check", "project", "--json", env=ours).reply["state"] == "current"
    record = place.here / "project/.copier-answers.yml"
    record.write_text(record.read_text().replace("v7.2.0", "v7.1.0"))
    done = place.run("check", "project", "--json", env=ours)
    assert (done.reply["state"], done.reply["drift"]) == (
        "outdated",
        [{"path": "README.md", "change": "edited"}],
    )


def test_nothing_that_was_compiled_on_the_way_is_carried_along(built: Path) -> None:
    with zipfile.ZipFile(next(built.glob("*.whl"))) as archive:
        carried = [Path(name).name for name in archive.namelist()]
    with tarfile.open(next(built.glob("*.tar.gz"))) as archive:
        carried += [Path(name).name for name in archive.getnames()]
    assert carried.count("copier.yml") == 2
    assert not [name for name in carried if name.endswith(".pyc")]


def test_the_wheel_holds_the_package_and_nothing_else(built: Path) -> None:
    with zipfile.ZipFile(next(built.glob("*.whl"))) as archive:
        names = archive.namelist()
    assert {name.partition("/")[0] for name in names} == {"waypost", "waypost-7.2.0.dist-info"}
    carried = {name.removeprefix("waypost/") for name in names}
    data = {"sources/history.bundle", "sources/releases.toml", "advice/evidence.toml", "py.typed"}
    data.add("practice/practice.toml")
    assert data | {"_source/copier.yml"} <= carried
