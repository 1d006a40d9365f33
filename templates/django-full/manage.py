#!/usr/bin/env python
"""Django's command line for this project."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line
from django.db import OperationalError


def main() -> None:
    """Do what is asked; where settings or the database are wrong, say so in one line."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        execute_from_command_line(sys.argv)
    except (ImproperlyConfigured, OperationalError) as error:
        if "--traceback" in sys.argv:
            raise
        kind = "database" if isinstance(error, OperationalError) else "settings"
        reason = " ".join(" ".join(map(str, error.args)).split())
        sys.exit(f"The {kind}: {reason} (--traceback says where)")


if __name__ == "__main__":
    main()
