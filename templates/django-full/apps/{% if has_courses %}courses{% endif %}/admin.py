"""How staff look after courses: teachers after those that name them, whoever oversees after all."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import ForeignKey, Model, QuerySet
from django.forms import ModelChoiceField
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from apps.courses.enrolments import fill, leave
from apps.courses.forms import ChoiceFormSet
from apps.courses.models import (
    OVERSEE,
    Certificate,
    Choice,
    Course,
    Enrolment,
    Lesson,
    Module,
    Question,
    Quiz,
)


class OwnCoursesAdmin(admin.ModelAdmin[Any]):
    """What belongs to courses: to those of whoever looks, where they do not oversee all."""

    # How a teacher is found from here.
    teacher = "course__teacher"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Return what may be seen; the rest does not exist."""
        rows = super().get_queryset(request)
        if request.user.has_perm(OVERSEE):
            return rows
        return rows.filter(**{self.teacher: request.user.pk})

    def formfield_for_foreignkey(
        self, db_field: ForeignKey[Any], request: HttpRequest, **kwargs: Any
    ) -> ModelChoiceField[Any] | None:
        """Offer and accept only what may be seen."""
        related: Any = db_field.related_model
        if self.admin_site.is_registered(related):
            others = self.admin_site.get_model_admin(related)
            if isinstance(others, OwnCoursesAdmin):
                kwargs["queryset"] = others.get_queryset(request)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


@admin.register(Course)
class CourseAdmin(OwnCoursesAdmin):
    """Courses."""

    teacher = "teacher"
    list_display = ("title", "teacher", "capacity", "enrol_until", "work_until", "is_published")
    list_filter = ("is_published", "created_at")
    list_select_related = ("teacher",)
    search_fields = ("folded", "teacher__folded")
    autocomplete_fields = ("teacher",)
    prepopulated_fields = {"slug": ("title",)}
    readonly_fields = ("created_at",)
    fieldsets = (
        (None, {"fields": ("title", "slug", "summary", "description", "teacher")}),
        (_("Places and days"), {"fields": ("capacity", "time_zone", "enrol_until", "work_until")}),
        (_("Publication"), {"fields": ("is_published", "created_at")}),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        """Let nobody but those who oversee all say who teaches."""
        fields = super().get_readonly_fields(request, obj)
        return fields if request.user.has_perm(OVERSEE) else (*fields, "teacher")

    def save_model(self, request: HttpRequest, obj: Course, form: Any, change: bool) -> None:
        """Save the course, and give new places to those who wait."""
        super().save_model(request, obj, form, change)
        fill(obj.pk)


@admin.register(Module)
class ModuleAdmin(OwnCoursesAdmin):
    """Modules of courses."""

    list_display = ("title", "course", "position")
    list_filter = (("course", admin.RelatedOnlyFieldListFilter),)
    list_select_related = ("course",)
    search_fields = ("title", "course__folded")
    autocomplete_fields = ("course",)


@admin.register(Lesson)
class LessonAdmin(OwnCoursesAdmin):
    """Lessons of modules."""

    teacher = "module__course__teacher"
    list_display = ("title", "module", "minutes", "position")
    list_filter = (("module__course", admin.RelatedOnlyFieldListFilter),)
    list_select_related = ("module",)
    search_fields = ("title", "module__title", "module__course__folded")
    autocomplete_fields = ("module",)


@admin.register(Quiz)
class QuizAdmin(OwnCoursesAdmin):
    """Quizzes of modules. One that was taken cannot be deleted: grades would go with it."""

    teacher = "module__course__teacher"
    list_display = ("title", "module", "attempts_allowed", "pass_percent")
    list_filter = (("module__course", admin.RelatedOnlyFieldListFilter),)
    list_select_related = ("module",)
    search_fields = ("title", "module__title", "module__course__folded")
    autocomplete_fields = ("module",)


class ChoiceInline(admin.TabularInline[Choice, Question]):
    """The choices of a question, here with those that are right."""

    model = Choice
    formset = ChoiceFormSet
    extra = 3


@admin.register(Question)
class QuestionAdmin(OwnCoursesAdmin):
    """Questions of quizzes, with their choices."""

    teacher = "quiz__module__course__teacher"
    list_display = ("text", "quiz", "position")
    list_filter = (("quiz__module__course", admin.RelatedOnlyFieldListFilter),)
    list_select_related = ("quiz",)
    search_fields = ("text", "quiz__title")
    autocomplete_fields = ("quiz",)
    inlines = (ChoiceInline,)


@admin.register(Enrolment)
class EnrolmentAdmin(OwnCoursesAdmin):
    """Who is in which course. Students enrol by themselves; staff may take them out."""

    list_display = ("student", "course", "status", "queued_at")
    list_filter = ("status", ("course", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("student", "course")
    search_fields = ("student__folded", "course__folded")
    date_hierarchy = "created_at"
    fields = ("student", "course", "status", "queued_at", "began_at", "created_at")
    readonly_fields = fields
    actions = ("take_out",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Let nobody make one past the waiting list."""
        return False

    @admin.action(description=_("Take out of the course"), permissions=["change"])
    def take_out(self, request: HttpRequest, enrolments: QuerySet[Enrolment]) -> None:
        """Give the places of these students to those who wait."""
        left = 0
        for enrolment in enrolments.select_related("student", "course"):
            if leave(enrolment):
                self.log_change(request, enrolment, "left")
                left += 1
        text = ngettext("%(count)d student has left.", "%(count)d students have left.", left)
        messages.success(request, text % {"count": left})


@admin.register(Certificate)
class CertificateAdmin(OwnCoursesAdmin):
    """Certificates. Students get them by themselves; staff may revoke them."""

    teacher = "enrolment__course__teacher"
    list_display = ("name", "course_title", "created_at", "revoked_at")
    list_filter = (("enrolment__course", admin.RelatedOnlyFieldListFilter), "created_at")
    search_fields = ("name", "course_title", "enrolment__student__folded")
    fields = ("name", "enrolment", "course_title", "code", "created_at", "revoked_at")
    readonly_fields = fields
    actions = ("revoke",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Let nobody make one without the course."""
        return False

    @admin.action(description=_("Revoke"), permissions=["change"])
    def revoke(self, request: HttpRequest, certificates: QuerySet[Certificate]) -> None:
        """Let the public page say that these are no longer valid."""
        for certificate in certificates.filter(revoked_at=None):
            certificate.revoked_at = timezone.now()
            certificate.save(update_fields=["revoked_at"])
            self.log_change(request, certificate, "revoked")
        messages.success(request, gettext("Done."))
