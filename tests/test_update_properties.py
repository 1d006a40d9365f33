"""Whatever a template changes and whatever a user changed: no line of the user's is lost, and nothing is hidden.

So many examples in an ordinary run; ``WAYPOST_UPDATE_EXAMPLES=3000`` for a long look, and ``WAYPOST_UPDATE_SEED=2`` for
others.
"""

from __future__ import annotations

import os
import random
import shutil
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pairs import Pair, files_in, lost_lines, pair_of, unreadable_files
from updating import markers, project_of, snapshot, unmerged, update
from waypost.project import find_project
from waypost.trees import File
from waypost.worktree import take_back

EXAMPLES = int(os.environ.get("WAYPOST_UPDATE_EXAMPLES", "60"))
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
