"""What follows when an account is deleted, by whomever."""

from typing import Any

from django.db.models.signals import pre_delete
from django.dispatch import receiver

from apps.accounts.models import User
from apps.approvals.personal import let_go


@receiver(pre_delete, sender=User)
def withdraw_requests(instance: User, **_details: Any) -> None:
    """Withdraw the open requests of an account before it goes."""
    let_go(instance)
