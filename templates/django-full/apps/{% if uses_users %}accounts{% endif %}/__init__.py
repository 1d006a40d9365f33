"""People: sign-up, sign-in, profiles and groups."""
