"""The pictures of the gallery: `make screenshots` has them written here, `make proof` sees that they can be taken."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Browser

from support.browsing import PASSWORD
from support.gallery import LOOKS, shown, take
from support.tour import ADMINISTRATOR, PREPARE, Subject, commands_for_samples, subjects, touring

if TYPE_CHECKING:
    from templates.conftest import MakeEnvironment, Render, Run, Serve

pytestmark = [pytest.mark.project, pytest.mark.slow, pytest.mark.thorough]

LARGEST = 60_000


@pytest.mark.parametrize("subject", [pytest.param(subject, id=subject.name) for subject in subjects()])
def test_pictures_are_taken(
    *,
    subject: Subject,
    render: Render,
    environment: MakeEnvironment,
    run: Run,
    serve: Serve,
    chromium: Browser,
    tmp_path: Path,
) -> None:
    folder = Path(os.environ.get("WAYPOST_SCREENSHOTS", tmp_path)) / subject.name
    folder.mkdir()
    project = render(subject.template, project_name="Lamp Library", package_name="my_project", **subject.answers)
    installed = environment(subject.template)
    migrate, create_admin = PREPARE[subject.template]
    run(project, installed, *migrate)
    with serve(project, installed) as url, touring(chromium, url, subject) as visitor:
        administer = (*create_admin, "--email", ADMINISTRATOR, "--password", PASSWORD)
        samples = commands_for_samples(visitor)
        # Boards belong to somebody who is there; the samples of django-full have its administrator among them.
        for command in (administer, *samples) if subject.domain == "boards" else (*samples, administer):
            run(project, installed, *command)
        with touring(chromium, url, subject) as administrator:
            for name, page in shown(visitor, administrator):
                for look in LOOKS:
                    picture = folder / f"{name}-{look}.webp"
                    take(page, look, picture)
                    assert picture.stat().st_size < LARGEST, f"{picture} is too large for the docs"
    assert len(list(folder.iterdir())) >= 5 * len(LOOKS)
