"""The project's settings for its tests: as in development, with passwords that are quick to check."""

import os
from pathlib import Path

from dotenv import dotenv_values

# Only the database is taken from the environment, nothing from .env.
os.environ["ENV_FILE"] = os.devnull
for name in dotenv_values(Path(__file__).parent.parent / ".env.example"):
    if name != "DATABASE_URL":
        os.environ.pop(name, None)

from config.settings import *  # noqa: E402

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
