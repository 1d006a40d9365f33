"""`manage.py release-unpaid-stock`: what nobody has paid for can be sold again."""

from typing import Any

from django.core.management.base import BaseCommand

from apps.shop.orders import cancel_unpaid
from apps.shop.payments.refunds import settle_all


class Command(BaseCommand):
    """Cancels orders that nobody has paid for in time, and sends back money that is still owed."""

    help = "Cancels the orders that nobody has paid for in time, and tries again what could not be refunded. Run it every night."

    def handle(self, *args: Any, **options: Any) -> None:
        """Release what is reserved, and settle what is owed."""
        self.stdout.write(f"{cancel_unpaid()} orders are cancelled.")
        self.stdout.write(f"{settle_all()} payments are sent back.")
