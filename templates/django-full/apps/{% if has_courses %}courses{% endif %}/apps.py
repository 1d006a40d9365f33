"""The application of the courses."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CoursesConfig(AppConfig):
    """Courses: lessons, enrolment with a waiting list, quizzes, certificates and a gradebook."""

    name = "apps.courses"
    verbose_name = _("Courses")

    def ready(self) -> None:
        """Give away the places that become free."""
        from apps.courses import signals
