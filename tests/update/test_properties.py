"""Whatever a template changes and whatever a user changed: no line of the user's is lost, and nothing is hidden.

So many examples in an ordinary run; ``WAYPOST_UPDATE_EXAMPLES=3000`` for a long look, and ``WAYPOST_UPDATE_SEED=2`` for
others.
"""

from __future__ import annotations

import os
import random
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from support.choices import at_random
from support.pairs import KINDS, ODD_PATHS, Pair, changed, files_in, lost_lines, pair_of, unreadable_files
from support.sources import TEMPLATES
from support.updating import markers, project_of, snapshot, unmerged, update
from waypost.projects.project import find_project
from waypost.questions.catalogue import load_catalogue
from waypost.questions.record import RECORD
from waypost.sources.embedded import TemplateSource, embedded
from waypost.sources.releases import releases
from waypost.sources.rendering import rendering
from waypost.sources.source import source_at
from waypost.update.merge.trees import EXECUTABLE, REGULAR, File
from waypost.update.writing.worktree import take_back

pytestmark = pytest.mark.slow

EXAMPLES = int(os.environ.get("WAYPOST_UPDATE_EXAMPLES", "60"))
REAL_EXAMPLES = max(1, EXAMPLES // 4)
SEED = os.environ.get("WAYPOST_UPDATE_SEED", "1")


@settings(
    max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck), derandomize=True
)
@given(st.integers(0, 2**32))
def test_no_line_is_lost_and_nothing_is_hidden(seed: int) -> None:
    chance = random.Random(f"{SEED} {seed}")
    pair = pair_of(chance)
    prefix, follows_renames = chance.choice(("", "", "services/shop/")), chance.random() < 0.8
    top = Path(tempfile.mkdtemp(prefix="waypost-property-"))
    try:
        project = project_of(top, pair.mine, prefix=prefix)
        before = snapshot(top)

        merged = update(project, pair.old, pair.new, follows_renames=follows_renames)

        conflicts = {conflict.path for conflict in merged.conflicts}
        holds(pair, files_in(project), conflicts)
        assert unmerged(project) <= conflicts
        take_back(find_project(project))
        assert snapshot(top) == before
    finally:
        shutil.rmtree(top)


@pytest.fixture(scope="module")
def first_release() -> Iterator[TemplateSource]:
    with source_at(embedded().url, releases()[0].version) as source:
        yield source


@settings(
    max_examples=REAL_EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck), derandomize=True
)
@given(st.integers(0, 2**32))
def test_nor_from_a_project_of_our_own_templates(first_release: TemplateSource, seed: int) -> None:
    chance = random.Random(f"{SEED} {seed}")
    template = chance.choice(TEMPLATES)
    becomes = template if chance.random() < 0.75 else chance.choice(TEMPLATES)
    is_older = chance.random() < 0.4
    old = rendered(first_release if is_older else embedded(), template, f"{SEED} old {seed}")
    new = rendered(embedded(), becomes, f"{SEED} new {seed}")
    edited = {path: file for path, file in old.items() if path != RECORD}
    for _ in range(chance.randint(1, 3)):
        edited = changed(edited, f"u{chance.randrange(10**9)}u", ODD_PATHS, chance, KINDS)
    pair = Pair(old=old, new=new, mine=edited | {RECORD: old[RECORD]})
    top = Path(tempfile.mkdtemp(prefix="waypost-property-"))
    try:
        project = project_of(top, pair.mine)
        before = snapshot(top)

        merged = update(project, pair.old, pair.new, follows_renames=template == becomes)

        conflicts = {conflict.path for conflict in merged.conflicts}
        after = files_in(project)
        holds(Pair(old=old, new=new, mine=edited), after | {RECORD: new[RECORD]}, conflicts)
        assert (project / RECORD).read_bytes() == new[RECORD].content
        assert unmerged(project) <= conflicts
        take_back(find_project(project))
        assert snapshot(top) == before
    finally:
        shutil.rmtree(top)


def rendered(source: TemplateSource, template: str, seed: str) -> dict[str, File]:
    """What a source makes of random answers; of defaults where its version does not take them."""
    questions = load_catalogue(source.root)
    answers = next(at_random(template, 1, seed))
    known = {key: answer for key, answer in answers.items() if key in questions.by_key}
    resolution = questions.resolve(known)
    if resolution.problems:
        resolution = questions.resolve({"template": template})
    files = rendering(source, resolution).items()
    return {path: File(EXECUTABLE if file.is_executable else REGULAR, file.content) for path, file in files}


def holds(pair: Pair, after: dict[str, File], conflicts: set[str]) -> None:
    """Hold the files after an update, and the paths that it says are in conflict, to what must always hold."""
    assert not lost_lines(pair, after)
    assert not set(unreadable_files(pair, after)) - conflicts
    for path, file in after.items():
        assert not markers(file.content) or path in conflicts, f"{path} has a marker that nobody was told of"
    for path in set(pair.old) - set(pair.mine) - set(pair.new):
        assert path not in after or path in conflicts, f"{path} came back"
    for path in set(pair.mine) & set(pair.old):
        if pair.mine[path] == pair.old[path] == pair.new.get(path):
            assert after.get(path) == pair.mine[path] or path in conflicts, f"{path} changed though nobody changed it"
