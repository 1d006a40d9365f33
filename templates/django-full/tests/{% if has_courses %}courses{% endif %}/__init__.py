"""Tests of courses."""
