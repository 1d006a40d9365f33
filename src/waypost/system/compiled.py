"""Compiled Jinja of earlier runs: a template that has not changed is not compiled again."""

from __future__ import annotations

from contextlib import suppress

import jinja2
from jinja2.bccache import Bucket, BytecodeCache

from waypost.system.private import PrivateStore, digest


class CompiledTemplates(BytecodeCache):
    """Jinja's cache of bytecode in a private folder, keyed by the content of a template and by what compiles it."""

    def __init__(self, compiler: str) -> None:
        """Take ``compiler`` as the name of all settings that change what a template is compiled to."""
        self._compiler = f"{jinja2.__version__} {compiler}"
        self._store = PrivateStore("templates")

    def get_bucket(
        self,
        environment: jinja2.Environment,
        name: str,
        filename: str | None,  # noqa: ARG002 - where a template lies does not count, only what is in it
        source: str,
    ) -> Bucket:
        """Return the compiled template, or an empty bucket."""
        key = digest(self._compiler, name, source)
        bucket = Bucket(environment, key, key)
        self.load_bytecode(bucket)
        return bucket

    def load_bytecode(self, bucket: Bucket) -> None:
        """Fill the bucket where an earlier run compiled the same with the same Python and Jinja."""
        content = self._store.read(bucket.key)
        if content is not None:
            with suppress(ValueError, EOFError, TypeError):
                bucket.bytecode_from_string(content)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep the compiled template for the next run."""
        self._store.write(bucket.key, bucket.bytecode_to_string())
