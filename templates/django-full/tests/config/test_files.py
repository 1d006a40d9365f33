import json
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application
from pytest_django import Settings

from config.settings.environment import BASE_DIR
from tests.conftest import PRODUCTION, LoadSettings


def test_uploads_have_a_folder_of_their_own_that_git_ignores(
    settings: Settings, load_settings: LoadSettings
) -> None:
    assert settings.MEDIA_ROOT == BASE_DIR / "media"
    assert "/media/" in (BASE_DIR / ".gitignore").read_text(encoding="utf-8").splitlines()
    assert load_settings(MEDIA_ROOT="/srv/uploads")["MEDIA_ROOT"] == Path("/srv/uploads")


@pytest.mark.parametrize("folder", [".", "apps/core", "static", "staticfiles/x", "/", "media/.."])
def test_uploads_are_not_kept_where_files_are_served_or_run(
    load_settings: LoadSettings, folder: str
) -> None:
    with pytest.raises(ImproperlyConfigured, match="MEDIA_ROOT"):
        load_settings(MEDIA_ROOT=folder)


def test_no_server_starts_in_production_before_its_static_files_are_collected(
    settings: Settings, load_settings: LoadSettings, tmp_path: Path
) -> None:
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = load_settings(**PRODUCTION)["STORAGES"]
    with pytest.raises(ImproperlyConfigured, match="collectstatic"):
        get_wsgi_application()
    collected = {"version": "1.1", "paths": {"icon.svg": "icon.0123456789ab.svg"}}
    (tmp_path / "staticfiles.json").write_text(json.dumps(collected))
    settings.STORAGES = dict(settings.STORAGES)
    get_wsgi_application()
