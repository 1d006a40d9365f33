"""Files go with the row that names them, or when it comes to name another: once that is committed, and not before."""

from collections.abc import Collection, Iterator
from datetime import datetime
from functools import partial
from typing import Any

from django.apps import apps
from django.core.files.storage import Storage, storages
from django.db import transaction
from django.db.models import FileField, Model, QuerySet
from django.db.models.signals import post_delete, post_save, pre_save

# Where a row notes, while it is saved, which files it named before.
NOTE = "_files_before"


def watch() -> None:
    """Have the files of every model deleted when no row names them any more."""
    for model in apps.get_models():
        if file_fields(model):
            pre_save.connect(_note_files, sender=model)
            post_save.connect(_delete_replaced, sender=model)
            post_delete.connect(_delete_all, sender=model)


def file_fields(model: type[Model]) -> "list[FileField]":
    """Return the fields of a model that name files."""
    fields = model._meta.concrete_fields  # noqa: SLF001  # Django documents it
    return [field for field in fields if isinstance(field, FileField)]


def unused_files(before: datetime) -> Iterator[tuple[Storage, str]]:
    """Yield the files, older than this, that no row names: what a transaction that failed has left behind."""
    for alias in ("default", "private"):
        storage = storages[alias]
        for file in _files(storage, ""):
            if storage.get_modified_time(file) < before and not _is_named(storage, file):
                yield storage, file


def _note_files(
    sender: type[Model],
    instance: Model,
    using: str,
    raw: bool,
    update_fields: Collection[str] | None,
    **_details: object,
) -> None:
    names = [field.name for field in file_fields(sender)]
    saved = [name for name in names if update_fields is None or name in update_fields]
    if saved and not raw and instance.pk is not None:
        before = _rows(sender, using).filter(pk=instance.pk).values(*saved).first()
        setattr(instance, NOTE, before or {})


def _delete_replaced(sender: type[Model], instance: Model, using: str, **_details: object) -> None:
    before = instance.__dict__.pop(NOTE, {})
    for field in file_fields(sender):
        file = before.get(field.name)
        if file and file != getattr(instance, field.name).name:
            _delete_later(field, file, using)


def _delete_all(sender: type[Model], instance: Model, using: str, **_details: object) -> None:
    for field in file_fields(sender):
        if file := getattr(instance, field.name).name:
            _delete_later(field, file, using)


def _delete_later(field: FileField, file: str, using: str) -> None:
    # Where the storage is away, a file stays behind for `delete-unused-files`, and nothing else fails.
    transaction.on_commit(partial(_delete_unless_named, field, file, using), using, robust=True)


def _delete_unless_named(field: FileField, file: str, using: str) -> None:
    if not _rows(field.model, using).filter(**{field.name: file}).exists():
        field.storage.delete(file)


def _files(storage: Storage, folder: str) -> Iterator[str]:
    try:
        folders, files = storage.listdir(folder)
    except FileNotFoundError:
        return  # nothing has been uploaded yet
    yield from (f"{folder}{name}" for name in files)
    for name in folders:
        yield from _files(storage, f"{folder}{name}/")


def _is_named(storage: Storage, file: str) -> bool:
    return any(
        _rows(model).filter(**{field.name: file}).exists()
        for model in apps.get_models()
        for field in file_fields(model)
        if field.storage == storage
    )


def _rows(model: type[Model], using: str | None = None) -> QuerySet[Any]:
    """Return all rows, those too that a manager of its own leaves out."""
    return model._base_manager.using(using)  # noqa: SLF001  # Django documents it
