"""Accounts that are made on the command line."""

from argparse import ArgumentParser
from getpass import getpass
from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email
from django.db import transaction

from apps.accounts.models import User


class AccountCommand(BaseCommand):
    """Makes somebody who can sign in at once, without confirming the address."""

    administrator: bool
    outcome: str

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Describe the options."""
        parser.add_argument("--email", required=True)
        parser.add_argument("--password", help="asked for when it is left out")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make the account, or give an existing one the rights and the password."""
        email = options["email"].lower()
        password = options["password"] or getpass()
        user = User.objects.filter(email=email).first() or User(email=email)
        try:
            validate_email(email)
            validate_password(password, user)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        if self.administrator:
            user.is_staff = user.is_superuser = True
        user.is_active = True
        user.set_password(password)
        with transaction.atomic():
            user.save()
            EmailAddress.objects.filter(user=user).update(primary=False)
            EmailAddress.objects.update_or_create(
                user=user, email=email, defaults={"verified": True, "primary": True}
            )
        self.stdout.write(f"{email} {self.outcome}.")
