"""Taking in a project that Waypost did not make: the command. Others use ``adopt``."""
