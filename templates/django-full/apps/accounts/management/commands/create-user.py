"""`manage.py create-user --email E --password P`."""

from apps.accounts.creation import AccountCommand


class Command(AccountCommand):
    """Makes somebody who can sign in at once."""

    help = "Makes an account whose e-mail address needs no further confirmation."
    administrator = False
    outcome = "can sign in"
