"""``python scripts/services``: see the package."""

from __future__ import annotations

import sys
from pathlib import Path

if not __package__:
    # Python puts the folder it runs into the search path; the package is one above it.
    sys.path[0] = str(Path(__file__).resolve().parents[1])

from services.command_line import main

if __name__ == "__main__":
    sys.exit(main())
