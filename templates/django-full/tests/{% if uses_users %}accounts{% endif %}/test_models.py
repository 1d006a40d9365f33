import pytest
from django.db import IntegrityError, transaction

from apps.accounts.models import User
from tests.conftest import PASSWORD


def test_an_address_is_one_whatever_its_case(user: User) -> None:
    assert User.objects.get(email="ADA@Example.com") == user
    assert User.objects.get_by_natural_key("Ada@example.COM") == user


@pytest.mark.parametrize("email", ["ada@example.com", "ADA@EXAMPLE.COM"])
def test_an_address_has_one_account(user: User, email: str) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create_user(email, PASSWORD)


@pytest.mark.django_db
def test_an_address_is_kept_in_lower_case_however_it_comes() -> None:
    user = User.objects.create(email="Alan@Example.com")
    User.objects.filter(pk=user.pk).update(email="ALAN@Example.com")
    user.refresh_from_db()
    assert user.email == "alan@example.com"


def test_an_account_needs_an_address() -> None:
    with pytest.raises(ValueError, match="e-mail"):
        User.objects.create_user("")


@pytest.mark.django_db
def test_without_a_password_nobody_signs_in() -> None:
    assert not User.objects.create_user("alan@example.com").has_usable_password()


@pytest.mark.django_db
def test_a_superuser_may_do_everything() -> None:
    root = User.objects.create_superuser("root@example.com", PASSWORD)
    assert root.is_staff
    assert root.has_perm("accounts.delete_user")


def test_people_are_called_by_name_or_else_by_address() -> None:
    assert User(email="ada@example.com", name="Ada").get_full_name() == "Ada"
    nameless = User(email="ada@example.com")
    assert nameless.get_short_name() == nameless.get_full_name() == str(nameless)
