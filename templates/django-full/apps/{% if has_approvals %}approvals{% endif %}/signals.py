"""What follows when an account is deleted, by whomever."""

from typing import Any

from django.db.models.signals import pre_delete
from django.dispatch import receiver

from apps.accounts.models import User
from apps.approvals.personal import let_go


@receiver(pre_delete, sender=User)
def withdraw_requests(instance: User, **_details: Any) -> None:
    """Leave no request that waits for nobody's sake."""
    let_go(instance)
