"""Monitoring: what is told to whoever watches the project."""
