class AuditEntryQuerySet(models.QuerySet["AuditEntry"]):
    """Questions asked about the audit trail."""

    def with_requests(self) -> AuditEntryQuerySet:
        """Fetch with each entry what it is about."""
        return self.select_related("request")

    def visible_to(self, user: User) -> AuditEntryQuerySet:
        """Return what somebody may read: all, or what is about requests that they may read."""
        if user.has_perm(MAY_SEE_TRAIL):
            return self
        return self.filter(request__in=PurchaseRequest.objects.visible_to(user))

    def about(self, request_id: int | None) -> AuditEntryQuerySet:
        """Return what is about a request."""
        return self if request_id is None else self.filter(request=request_id)


class AuditEntry(models.Model):
    """That something happened. The database lets nobody change or delete it: see `protection.py`."""

    class Action(models.TextChoices):
        """What happened."""

        CREATED = "create", _("created")
        EDITED = "edit", _("edited")
        SUBMITTED = "submit", _("submitted")
        WITHDRAWN = "withdraw", _("withdrawn")
        APPROVED = "approve", _("approved")
        RETURNED = "return", _("sent back")
        DECLINED = "decline", _("declined")
        ESCALATED = "escalate", _("passed on, since it was overdue")
        OVERDUE = "overdue", _("overdue, with nobody to pass it on to")
        DELEGATED = "delegate", _("delegated")
        DELEGATION_ENDED = "end-delegation", _("ended the delegation")

    request = models.ForeignKey(
        PurchaseRequest,
        on_delete=models.PROTECT,
        null=True,
        related_name="entries",
        verbose_name=_("request"),
    )
    action = models.CharField(_("what"), max_length=20, choices=Action.choices)
    # No foreign key: an entry stays as it was written when the account is deleted.
    actor_id = models.BigIntegerField(_("account"), null=True)
    actor = models.CharField(_("who"), max_length=254, blank=True)
    before = models.JSONField(_("before"), default=dict, encoder=DjangoJSONEncoder)
    after = models.JSONField(_("after"), default=dict, encoder=DjangoJSONEncoder)
    comment = models.TextField(_("comment"), blank=True)
    created_at = models.DateTimeField(_("when"), default=timezone.now)

    objects: ClassVar[models.Manager[AuditEntry]] = AuditEntryQuerySet.as_manager()

    class Meta:
        """How entries are called and sorted."""

        verbose_name = _("audit entry")
        verbose_name_plural = _("audit entries")
        ordering = ("-created_at", "-pk")
        indexes = (models.Index(fields=["-created_at", "-id"], name="entry_newest"),)

    def __str__(self) -> str:
        return f"{self.created_at:%Y-%m-%d %H:%M} {self.get_action_display()}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Write it, once."""
        if not self._state.adding:
            raise TypeError("An audit entry cannot be changed.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        """Refuse: what happened has happened."""
        raise TypeError("An audit entry cannot be deleted.")

    @property
    def differences(self) -> list[tuple[str, Any, Any]]:
        """What was changed: the name of a value, what it was, and what it is now."""
        return [(name, self.before.get(name), as_text(value)) for name, value in self.after.items()]


def as_text(value: Any) -> str:
    """Return a value of the audit trail as people read it."""
    return ", ".join(value) if isinstance(value, list) else str(value)
