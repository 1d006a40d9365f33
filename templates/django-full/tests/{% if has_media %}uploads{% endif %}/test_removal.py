import os
import time

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import transaction
from pytest_django import DjangoCaptureOnCommitCallbacks

from apps.accounts.models import User
from apps.core.media import private_storage
from apps.uploads.models import ProfilePicture
from tests.uploads.files import picture

pytestmark = pytest.mark.django_db
Committed = DjangoCaptureOnCommitCallbacks


@pytest.fixture
def own(user: User) -> ProfilePicture:
    return ProfilePicture.objects.create(user=user, picture=file())


def file(name: str = "1.png") -> ContentFile[bytes]:
    return ContentFile(picture(), name)


def files() -> set[str]:
    """Return the names of all files of people."""
    return set(default_storage.listdir("people")[1])


def test_a_file_goes_with_its_row_once_that_is_committed(
    own: ProfilePicture, django_capture_on_commit_callbacks: Committed
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        own.delete()
        assert files() == {"1.png"}
    assert files() == set()


def test_a_file_goes_with_the_account(
    own: ProfilePicture, user: User, django_capture_on_commit_callbacks: Committed
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        User.objects.filter(pk=user.pk).delete()
    assert files() == set()


def test_a_file_goes_when_another_takes_its_place(
    own: ProfilePicture, django_capture_on_commit_callbacks: Committed
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        own.picture = file("2.png")
        own.save()
        assert files() == {"1.png", "2.png"}
    assert files() == {"2.png"}


def test_a_file_stays_when_something_else_is_saved(
    own: ProfilePicture, django_capture_on_commit_callbacks: Committed
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        own.save()
        own.save(update_fields=["changed_at"])
    assert files() == {"1.png"}


def test_a_file_stays_as_long_as_another_row_names_it(
    own: ProfilePicture, other: User, django_capture_on_commit_callbacks: Committed
) -> None:
    ProfilePicture.objects.create(user=other, picture=own.picture.name)
    with django_capture_on_commit_callbacks(execute=True):
        own.delete()
    assert files() == {"1.png"}


def test_a_row_without_a_file_has_none_to_delete(
    user: User, django_capture_on_commit_callbacks: Committed
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        ProfilePicture.objects.create(user=user).delete()
    assert not default_storage.exists("people")


@pytest.mark.django_db(transaction=True)
def test_a_file_stays_when_nothing_is_committed(own: ProfilePicture) -> None:
    with transaction.atomic():
        own.delete()
        transaction.set_rollback(True)
    assert files() == {"1.png"}
    ProfilePicture.objects.get().delete()
    assert files() == set()


@pytest.fixture
def _left_behind(own: ProfilePicture) -> None:
    """Make an old file that no row names, a new one, and an old one that a row names."""
    for name in ("people/old.png", "people/new.png"):
        default_storage.save(name, file())
    private_storage().save("reports/old.pdf", file())
    before = time.time() - 25 * 60 * 60
    for path in (default_storage.path("people/old.png"), private_storage().path("reports/old.pdf")):
        os.utime(path, (before, before))
    os.utime(own.picture.path, (before, before))


@pytest.mark.usefixtures("_left_behind")
def test_what_no_row_names_is_deleted_after_a_day(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("delete-unused-files")
    assert files() == {"1.png", "new.png"}
    assert private_storage().listdir("reports")[1] == []
    assert capsys.readouterr().out == "Deleted 2 files that nothing names.\n"


def test_there_may_be_no_file_yet(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("delete-unused-files")
    assert capsys.readouterr().out == "Deleted 0 files that nothing names.\n"
