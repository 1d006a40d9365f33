"""Static files, served by whitenoise, in production under names that change with their contents; and uploads."""

from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from config.settings.environment import BASE_DIR, PRODUCTION, text


def media_root(value: str) -> Path:
    """Return the folder of what people upload: never one whose files are served or run."""
    folder = (BASE_DIR / value).resolve()
    served_or_run = [BASE_DIR / name for name in ("apps", "config", "static", "templates")]
    for forbidden in (*served_or_run, STATIC_ROOT):
        if folder.is_relative_to(forbidden) or forbidden.is_relative_to(folder):
            raise ImproperlyConfigured(f"MEDIA_ROOT must be a folder of its own, not {folder}.")
    return folder


STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
# Where a FileField keeps its files, from the project's folder on. Nothing serves them: whoever adds uploads decides
# who may see them.
MEDIA_ROOT = media_root(text("MEDIA_ROOT", "media"))
MEDIA_URL = "media/"
# A page without its style is better than no page.
WHITENOISE_MANIFEST_STRICT = False
# In development files are read where they are, without collecting them first.
WHITENOISE_USE_FINDERS = not PRODUCTION
WHITENOISE_AUTOREFRESH = not PRODUCTION
