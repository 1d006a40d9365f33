import json
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application
from pytest_django import Settings

from tests.conftest import PRODUCTION, LoadSettings


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
