"""`manage.py create-admin --email E --password P`."""

from apps.accounts.creation import AccountCommand


class Command(AccountCommand):
    """Makes an administrator who can sign in at once."""

    help = "Makes an administrator whose e-mail address needs no further confirmation."
    administrator = True
    outcome = "is an administrator"
