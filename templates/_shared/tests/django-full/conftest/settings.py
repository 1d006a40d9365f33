@pytest.fixture
def load_settings(monkeypatch: pytest.MonkeyPatch) -> LoadSettings:
    """Read the settings afresh, with these variables in the environment."""

    def load(**variables: str) -> dict[str, Any]:
        monkeypatch.setenv("ENV_FILE", os.devnull)
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        for name in [name for name in sys.modules if name.startswith("config.settings")]:
            monkeypatch.delitem(sys.modules, name)
        module = importlib.import_module("config.settings")
        return {name: getattr(module, name) for name in dir(module) if name.isupper()}

    return load


PRODUCTION = {
    "APP_ENV": "production",
    "SECRET_KEY": "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "ALLOWED_HOSTS": "testserver",
{% if has_s3_media %}
    "S3_PUBLIC_BUCKET": "shown",
    "S3_PRIVATE_BUCKET": "closed",
{% endif %}
{% if uses_redis %}
    "REDIS_URL": os.environ.get("REDIS_URL", "redis://127.0.0.1:6379/0"),
{% endif %}
}


@pytest.fixture
def production(load_settings: LoadSettings, settings: Settings) -> Settings:
    """Put production's settings in force, but for what tests cannot change or would wait for."""
    kept = {"DATABASES", {{ '"PASSWORD_HASHERS", ' if uses_users }}"STORAGES", "WHITENOISE_AUTOREFRESH"}
    for name, value in load_settings(**PRODUCTION).items():
        if name not in kept and getattr(settings, name) != value:
            setattr(settings, name, value)
    return settings
