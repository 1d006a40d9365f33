"""`manage.py create-token --email E`."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.accounts.models import User
from apps.api.models import ApiToken


class Command(BaseCommand):
    """Makes an API token for somebody."""

    help = "Makes an API token and prints its secret, which cannot be shown again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Describe the options."""
        parser.add_argument("--email", required=True, help="whose token it is")
        parser.add_argument("--name", default="command line", help="what to call it")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make the token."""
        user = User.objects.filter(email=options["email"]).first()
        if user is None:
            raise CommandError(f"There is no account with the address {options['email']}.")
        _token, secret = ApiToken.objects.issue(user, options["name"])
        self.stdout.write(secret)
