class StepQuerySet(models.QuerySet["Step"]):
    """Questions asked about steps."""

    def assigned_to(self, user: User) -> StepQuerySet:
        """Return what is somebody's to decide, or is now because somebody else has delegated it."""
        return self.filter(Q(approver=user) | Q(approver__in=Delegation.objects.to(user)))

    def concerning(self, user: User) -> StepQuerySet:
        """Return what somebody decides or has decided."""
        return self.filter(
            Q(approver=user) | Q(decided_by=user) | Q(approver__in=Delegation.objects.to(user))
        )


class Step(models.Model):
    """That somebody has to approve a request, and what they decided."""

    class Outcome(models.TextChoices):
        """What came of a step."""

        APPROVED = "approve", _("approved")
        RETURNED = "return", _("sent back")
        DECLINED = "decline", _("declined")
        SKIPPED = "skip", _("no longer needed")

    request = models.ForeignKey(
        PurchaseRequest, on_delete=models.PROTECT, related_name="steps", verbose_name=_("request")
    )
    round = models.PositiveSmallIntegerField()
    position = models.PositiveSmallIntegerField(_("step"))
    approver = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="approval_steps",
        verbose_name=_("approver"),
    )
    # Takes over what is overdue.
    backup = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    days = models.PositiveSmallIntegerField()
    # None until it is this step's turn.
    due_at = models.DateTimeField(_("due"), null=True)
    is_overdue = models.BooleanField(_("overdue"), default=False)
    outcome = models.CharField(
        _("outcome"), max_length=10, choices=Outcome.choices, blank=True, default=""
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("decided by"),
    )
    decided_at = models.DateTimeField(_("decided"), null=True)
    comment = models.TextField(_("comment"), max_length=1000, blank=True)

    objects: ClassVar[models.Manager[Step]] = StepQuerySet.as_manager()

    class Meta:
        """How steps are called and sorted, and what they can never be."""

        verbose_name = _("step")
        verbose_name_plural = _("steps")
        ordering = ("request", "round", "position")
        indexes = (models.Index(fields=["outcome", "due_at"], name="step_due"),)
        constraints = (
            models.UniqueConstraint(
                fields=["request", "round", "position"], name="one_step_a_position"
            ),
            models.UniqueConstraint(
                fields=["request", "round", "decided_by"], name="nobody_decides_twice"
            ),
            models.CheckConstraint(
                condition=Q(outcome="", decided_at__isnull=True)
                | (~Q(outcome="") & Q(decided_at__isnull=False)),
                name="step_is_decided_at_a_time",
            ),
            models.CheckConstraint(
                condition=~Q(outcome__in=("return", "decline")) | ~Q(comment=""),
                name="step_says_why_not",
            ),
        )

    def __str__(self) -> str:
        return f"{self.request_id}.{self.round}.{self.position}"


class DelegationQuerySet(models.QuerySet["Delegation"]):
    """Questions asked about delegations."""

    def now(self) -> DelegationQuerySet:
        """Return those that are in force."""
        now = timezone.now()
        return self.filter(starts_at__lte=now, ends_at__gt=now)

    def to(self, user: User) -> models.QuerySet[Delegation, int]:
        """Return the numbers of those who have somebody decide for them now."""
        return self.now().filter(delegate=user).values_list("principal_id", flat=True)


class Delegation(models.Model):
    """That somebody decides in the place of somebody else, for a time. It is not passed on."""

    principal = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="delegations",
        verbose_name=_("approver"),
    )
    delegate = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="+",
        verbose_name=_("delegate"),
    )
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))

    objects: ClassVar[models.Manager[Delegation]] = DelegationQuerySet.as_manager()

    class Meta:
        """How delegations are called and sorted, and what they can never be."""

        verbose_name = _("delegation")
        verbose_name_plural = _("delegations")
        ordering = ("-starts_at", "-pk")
        constraints = (
            models.CheckConstraint(
                condition=~Q(principal=F("delegate")), name="nobody_delegates_to_themselves"
            ),
            models.CheckConstraint(
                condition=Q(ends_at__gte=F("starts_at")), name="delegation_ends_after_it_starts"
            ),
        )

    def __str__(self) -> str:
        return f"{self.principal} → {self.delegate}"

    @property
    def last_day(self) -> datetime:
        """The last moment of it."""
        return self.ends_at - timedelta(seconds=1)
