"""The tests; each module of the application has one here."""
