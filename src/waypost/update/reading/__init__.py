"""Reads the files of a project for what an update has to know of them."""
