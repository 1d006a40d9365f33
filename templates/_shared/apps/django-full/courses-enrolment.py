class Status(models.TextChoices):
    """Whether somebody has a place."""

    ENROLLED = "enrolled", _("enrolled")
    WAITING = "waiting", _("waiting")
    LEFT = "left", _("left")


class EnrolmentQuerySet(models.QuerySet["Enrolment"]):
    """Questions asked about enrolments."""

    def of(self, user_id: int | None) -> EnrolmentQuerySet:
        """Return somebody's own, without those they have given up: none for nobody."""
        return self.filter(student_id=user_id).exclude(status=Status.LEFT)

    def in_course(self, course_id: int) -> EnrolmentQuerySet:
        """Return those of a course: none where there is no such."""
        return self.filter(course__in=Course.objects.filter(pk=course_id))

    def in_line(self) -> EnrolmentQuerySet:
        """Return who waits, in the order in which they move up."""
        return self.filter(status=Status.WAITING).order_by("queued_at", "pk")


class Enrolment(models.Model):
    """Somebody in a course, or waiting for a place. `apps.courses.enrolments` alone changes its status."""

    course = models.ForeignKey(
        Course, on_delete=models.CASCADE, related_name="enrolments", verbose_name=_("course")
    )
    # It goes with the account, and takes what was done in the course with it.
    student = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="enrolments",
        verbose_name=_("student"),
    )
    status = models.CharField(_("state"), max_length=10, choices=Status.choices, editable=False)
    queued_at = models.DateTimeField(_("asked for a place"), default=timezone.now, editable=False)
    began_at = models.DateTimeField(_("first had a place"), null=True, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    objects: ClassVar[models.Manager[Enrolment]] = EnrolmentQuerySet.as_manager()

    class Meta:
        """How enrolments are called and sorted; a person is in a course once."""

        verbose_name = _("enrolment")
        verbose_name_plural = _("enrolments")
        ordering = ("-created_at", "-pk")
        indexes = (
            models.Index(fields=["course", "status", "queued_at"], name="enrolment_in_line"),
            models.Index(fields=["student", "-created_at"], name="enrolment_student_newest"),
        )
        constraints = (
            models.UniqueConstraint(fields=["course", "student"], name="enrolled_once"),
            models.CheckConstraint(
                condition=~Q(status="enrolled") | Q(began_at__isnull=False),
                name="enrolled_since_some_time",
            ),
        )

    def __str__(self) -> str:
        return f"{self.student}, {self.course}"


class LessonDone(models.Model):
    """That a student has finished a lesson."""

    enrolment = models.ForeignKey(Enrolment, on_delete=models.CASCADE, related_name="lessons_done")
    lesson = models.ForeignKey(Lesson, on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        """A lesson is finished once. Nobody needs rights to these notes."""

        default_permissions = ()
        constraints = (
            models.UniqueConstraint(fields=["enrolment", "lesson"], name="lesson_done_once"),
        )

    def __str__(self) -> str:
        return f"{self.enrolment_id}: {self.lesson_id}"


class Attempt(models.Model):
    """One try at a quiz, with the points that the server has given."""

    enrolment = models.ForeignKey(Enrolment, on_delete=models.CASCADE, related_name="attempts")
    # Whoever deletes a quiz would delete grades; with the whole course they go.
    quiz = models.ForeignKey(Quiz, on_delete=models.RESTRICT, related_name="attempts")
    key = models.UUIDField(unique=True)
    number = models.PositiveSmallIntegerField()
    points = models.PositiveSmallIntegerField()
    out_of = models.PositiveSmallIntegerField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        """The tries of a student at a quiz are numbered. Nobody needs rights to them."""

        default_permissions = ()
        ordering = ("number",)
        constraints = (
            models.UniqueConstraint(
                fields=["enrolment", "quiz", "number"], name="attempt_is_numbered"
            ),
            models.CheckConstraint(condition=Q(number__gte=1), name="attempt_counts_from_one"),
            models.CheckConstraint(
                condition=Q(points__lte=F("out_of")), name="attempt_has_no_more_points"
            ),
        )

    def __str__(self) -> str:
        return f"{self.points}/{self.out_of}"

    @property
    def percent(self) -> int:
        """How much of it was right."""
        return rules.percent(self.points, self.out_of)


class Certificate(models.Model):
    """That somebody has completed a course, under the name they chose to show."""

    enrolment = models.OneToOneField(
        Enrolment,
        on_delete=models.CASCADE,
        related_name="certificate",
        verbose_name=_("enrolment"),
    )
    # Whoever knows it sees the certificate.
    code = models.UUIDField(_("code"), unique=True, default=uuid.uuid4, editable=False)
    name = models.CharField(_("name"), max_length=80)
    course_title = models.CharField(_("course"), max_length=80, editable=False)
    created_at = models.DateTimeField(_("issued"), auto_now_add=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True, editable=False)

    class Meta:
        """How certificates are called and sorted."""

        verbose_name = _("certificate")
        verbose_name_plural = _("certificates")
        ordering = ("-created_at", "-pk")

    def __str__(self) -> str:
        return f"{self.name}, {self.course_title}"

    def get_absolute_url(self) -> str:
        """Return the address of the page that everybody may check it on."""
        return reverse("courses:certificate", args=[self.code])


class NextCourse(models.Model):
    """How many who took a course went on to another: never so few that one of them could be known."""

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="next_courses")
    following = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="+")
    people = models.PositiveIntegerField()

    class Meta:
        """A course follows another one once, most people first. Nobody needs rights to these numbers."""

        default_permissions = ()
        ordering = ("-people", "following_id")
        constraints = (
            models.UniqueConstraint(fields=["course", "following"], name="course_follows_once"),
            models.CheckConstraint(
                condition=~Q(course=F("following")), name="course_follows_another"
            ),
        )

    def __str__(self) -> str:
        return f"{self.course_id} → {self.following_id}: {self.people}"
