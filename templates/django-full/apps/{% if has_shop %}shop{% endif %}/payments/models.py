"""What is known about the payment of an order."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _


class PaymentStatus(models.TextChoices):
    """How far a payment has come."""

    BEGUN = "begun", _("begun")
    PAID = "paid", _("paid")
    REFUND_DUE = "refund_due", _("refund due")
    REFUNDED = "refunded", _("refunded")


class Payment(models.Model):
    """The payment of an order at a provider. However often it is tried, it keeps its reference, and is paid once."""

    order = models.OneToOneField(
        "shop.Order", on_delete=models.PROTECT, related_name="payment", verbose_name=_("order")
    )
    reference = models.UUIDField(_("reference"), unique=True, default=uuid.uuid4, editable=False)
    amount = models.DecimalField(_("amount"), max_digits=12, decimal_places=2)
    currency = models.CharField(_("currency"), max_length=3)
    status = models.CharField(
        _("state"),
        max_length=10,
        choices=PaymentStatus.choices,
        default=PaymentStatus.BEGUN,
        db_index=True,
    )
    created_at = models.DateTimeField(_("begun"), auto_now_add=True)

    class Meta:
        """How payments are called, and what they can never be."""

        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        ordering = ("pk",)
        constraints = (
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="payment_has_amount"),
        )

    def __str__(self) -> str:
        return str(self.reference)


class PaymentEvent(models.Model):
    """Something that the provider has reported. What it reports a second time is known by this."""

    identifier = models.CharField(_("identifier"), max_length=100, unique=True)
    payment = models.ForeignKey(
        Payment, on_delete=models.CASCADE, related_name="events", verbose_name=_("payment")
    )
    kind = models.CharField(_("kind"), max_length=10)
    received_at = models.DateTimeField(_("received"), auto_now_add=True)

    class Meta:
        """How events are called and sorted. Nobody needs rights to them."""

        default_permissions = ()
        verbose_name = _("payment event")
        verbose_name_plural = _("payment events")
        ordering = ("pk",)

    def __str__(self) -> str:
        return self.identifier
