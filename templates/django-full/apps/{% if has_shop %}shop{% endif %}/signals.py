"""What follows for orders when an account is deleted."""

from typing import Any

from django.db.models.signals import pre_delete
from django.dispatch import receiver

from apps.accounts.models import User
from apps.shop.models import Order
from apps.shop.orders import move
from apps.shop.privacy import erase
from apps.shop.rules import Status


@receiver(pre_delete, sender=User)
def forget(instance: User, **_details: Any) -> None:
    """Cancel what has not been paid, and remove from the orders who they were for: see privacy.py."""
    for order in Order.objects.of(instance.pk):
        move(order, Status.CANCELLED)
        order.refresh_from_db()
        erase(order, order.status)
