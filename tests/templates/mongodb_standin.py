"""Starts secantusd-py, secantusdb's server, with what MongoDB has, django-mongodb-backend needs and 0.7.0b3 lacks.

- ``{$unionWith: {pipeline: [{$documents: ...}]}}`` adds documents that no collection has.
- ``{$addFields: {a: {b: ...}}}`` sets ``a.b`` and leaves the rest of ``a`` as it is.
- ``{$project: {a: {b: 1}}}`` is ``{$project: {"a.b": 1}}``.

It runs in the environment of secantusdb, with the arguments of ``secantusd-py``.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from typing import Any

from secantus import aggregate  # type: ignore[import-not-found]
from secantus.cli import main  # type: ignore[import-not-found]

union_with = aggregate._STAGES["$unionWith"]
project = aggregate._STAGES["$project"]
add_fields = aggregate._add_fields_one


def union_with_documents(spec: Any, documents: list[dict[str, Any]], context: Any) -> list[dict[str, Any]]:
    """``$unionWith``, with a pipeline that makes its documents itself too."""
    pipeline = spec.get("pipeline") if isinstance(spec, Mapping) and "coll" not in spec else None
    if not pipeline or "$documents" not in pipeline[0]:
        return list(union_with(spec, documents, context))
    without_collection = aggregate.PipelineContext(
        storage=context.storage, db_name=context.db_name, collation=context.collation
    )
    return [*documents, *aggregate.apply_pipeline([], pipeline, without_collection)]


def project_embedded(spec: Any, documents: list[dict[str, Any]], context: Any) -> Any:
    """``$project``, with embedded documents in place of dotted names too."""
    return project(dict(dotted(spec)), documents, context)


def add_embedded_fields(document: dict[str, Any], spec: Mapping[str, Any], variables: dict[str, Any]) -> Any:
    """``$addFields``, with embedded documents in place of dotted names too."""
    return add_fields(document, dict(dotted(spec)), variables)


def dotted(spec: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Each name with the names around it, and its expression."""
    for name, value in spec.items():
        if isinstance(value, Mapping) and value and not any(key.startswith("$") for key in value):
            yield from dotted(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


aggregate._STAGES.update({"$unionWith": union_with_documents, "$project": project_embedded})
aggregate._add_fields_one = add_embedded_fields

if __name__ == "__main__":
    sys.exit(main())
