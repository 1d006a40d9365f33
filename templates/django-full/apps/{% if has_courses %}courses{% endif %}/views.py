"""The pages of the courses. Everybody sees what is offered; lessons and quizzes are for those who are enrolled."""

import uuid
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.models import AnonymousUser
from django.core.paginator import Paginator
from django.db.models import Count, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django.views.generic import ListView

from apps.accounts.models import User
from apps.accounts.requests import SignedInRequest
from apps.courses import gradebook, quizzes, rules
from apps.courses.enrolments import CannotEnrolError, enrol, leave, place_in_line
from apps.courses.forms import CertificateForm, QuizForm
from apps.courses.models import (
    Certificate,
    Course,
    CourseQuerySet,
    Enrolment,
    Lesson,
    NextCourse,
    Quiz,
    Status,
)
from apps.courses.progress import (
    CannotWorkError,
    certify,
    finish,
    quizzes_of,
    standings,
    steps,
    students_of,
)

STUDENTS_A_PAGE = 50


@method_decorator(login_not_required, name="dispatch")
class Catalogue(ListView[Course]):
    """Lists the courses, newest first, and finds them by their words."""

    paginate_by = 20

    def get_queryset(self) -> CourseQuerySet:
        """Return the courses that were asked for."""
        courses = Course.objects.visible_to(self.request.user).matching(self.query)
        return courses.counted().select_related("teacher")

    @property
    def query(self) -> str:
        """What to look for; a text of the length of a title holds every question worth asking."""
        return self.request.GET.get("q", "").replace("\0", "")[:80]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Give the page what was asked for."""
        return super().get_context_data(query=self.query, **kwargs)


class MyCourses(ListView[Enrolment]):
    """Lists the courses that somebody is in or waits for, newest first."""

    paginate_by = 20
    template_name = "courses/my_courses.html"

    def get_queryset(self) -> QuerySet[Enrolment]:
        """Return one's own enrolments, with how many lessons there are and are finished."""
        own = Enrolment.objects.of(self.request.user.pk).select_related("course")
        return own.annotate(
            done=Count("lessons_done", distinct=True),
            lessons=Count("course__modules__lessons", distinct=True),
        ).order_by("-created_at", "-pk")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Give the page what somebody teaches, too."""
        taught = Course.objects.filter(teacher=self.request.user.pk)
        return super().get_context_data(taught=taught, **kwargs)


@login_not_required
@require_safe
def course_page(request: HttpRequest, slug: str) -> HttpResponse:
    """Show what a course is about, and how far a student has come in it."""
    course = visible_course(request.user, slug)
    enrolment = own_enrolment(request.user, course)
    student = enrolment if enrolment and enrolment.status == Status.ENROLLED else None
    is_graded_by = grades(request.user, course)
    outline = steps(course, student)
    next_courses = NextCourse.objects.filter(course=course, following__is_published=True)
    context: dict[str, Any] = {
        "course": course,
        "enrolment": enrolment,
        "is_student": student is not None,
        "place_in_line": place_in_line(enrolment) if enrolment and not student else None,
        "is_graded_by": is_graded_by,
        "may_read": student is not None or is_graded_by,
        "outline": outline,
        "next_step": next(
            (step for _title, part in outline for step in part if step.is_next), None
        ),
        "next_courses": next_courses.select_related("following")[:3],
    }
    if student:
        [context["standing"]] = standings(course, [student])
        context["certificate"] = Certificate.objects.filter(enrolment=student).first()
    return render(request, "courses/course_detail.html", context)


@require_POST
def enrol_here(request: SignedInRequest, slug: str) -> HttpResponse:
    """Give whoever asks a place or one on the waiting list, once, however often the button is pressed."""
    course = visible_course(request.user, slug)
    try:
        enrolment = enrol(request.user, course)
    except CannotEnrolError as error:
        messages.error(request, str(error))
    else:
        if enrolment.status == Status.ENROLLED:
            messages.success(request, _("You are enrolled."))
        else:
            messages.success(request, _("You are on the waiting list."))
    return redirect(course)


@require_POST
def leave_here(request: SignedInRequest, slug: str) -> HttpResponse:
    """Give up one's place or the wait for it."""
    course = visible_course(request.user, slug)
    enrolment = own_enrolment(request.user, course)
    if enrolment and leave(enrolment):
        messages.success(request, _("You have left the course."))
    return redirect(course)


@require_http_methods(["GET", "HEAD", "POST"])
def lesson_page(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """Show a lesson to those who are enrolled or teach, and note that it is finished."""
    course, enrolment = readable_course(request.user, slug)
    lessons = Lesson.objects.filter(module__course=course)
    lesson = get_object_or_404(lessons.select_related("module"), pk=pk)
    if request.method == "POST":
        if enrolment is None:
            raise Http404
        try:
            finish(enrolment, lesson)
        except CannotWorkError as error:
            messages.error(request, str(error))
            return redirect("courses:lesson", course.slug, pk)
        messages.success(request, _("The lesson is finished."))
        return redirect(course)
    is_done = enrolment is not None and enrolment.lessons_done.filter(lesson=lesson).exists()
    context = {"course": course, "enrolment": enrolment, "lesson": lesson, "is_done": is_done}
    return render(request, "courses/lesson_detail.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def quiz_page(request: SignedInRequest, slug: str, pk: int) -> HttpResponse:
    """Show a quiz to those who are enrolled or teach, and count an attempt."""
    course, enrolment = readable_course(request.user, slug)
    quiz = get_object_or_404(Quiz, pk=pk, module__course=course)
    status = HTTPStatus.OK
    is_sent = request.method == "POST"
    form = QuizForm(quiz, request.POST if is_sent else None, initial={"key": uuid.uuid4()})
    if is_sent:
        if enrolment is None:
            raise Http404
        if form.is_valid():
            try:
                quizzes.attempt(enrolment, quiz, form.cleaned_data["key"], form.chosen)
            except CannotWorkError as error:
                messages.error(request, str(error))
            return redirect("courses:quiz", course.slug, pk)
        # Nobody types these: the page is an old one, or somebody else's.
        messages.error(request, _("The quiz has changed. Answer it again."))
        form = QuizForm(quiz, initial={"key": uuid.uuid4()})
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    made = list(enrolment.attempts.filter(quiz=quiz)) if enrolment else []
    context = {
        "course": course,
        "enrolment": enrolment,
        "quiz": quiz,
        "form": form,
        "attempts": made,
        "attempts_left": rules.attempts_left(quiz.attempts_allowed, len(made)),
        "is_passed": any(attempt.percent >= quiz.pass_percent for attempt in made),
    }
    return render(request, "courses/quiz_detail.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def get_certificate(request: SignedInRequest, slug: str) -> HttpResponse:
    """Ask which name a certificate shall show, and issue it: one, however often the button is pressed."""
    course, enrolment = readable_course(request.user, slug)
    if enrolment is None:
        raise Http404
    if given := Certificate.objects.filter(enrolment=enrolment).first():
        return redirect(given)
    form = CertificateForm(request.POST or None, initial={"name": request.user.name})
    if form.is_valid():
        try:
            return redirect(certify(enrolment, form.cleaned_data["name"]))
        except CannotWorkError as error:
            messages.error(request, str(error))
            return redirect(course)
    return render(request, "courses/get_certificate.html", {"course": course, "form": form})


@login_not_required
@require_safe
def certificate(request: HttpRequest, code: uuid.UUID) -> HttpResponse:
    """Show everybody who has its address whether a certificate is genuine; search engines keep away."""
    found = Certificate.objects.filter(code=code).first()
    status = HTTPStatus.OK if found else HTTPStatus.NOT_FOUND
    context = {"certificate": found}
    response = render(request, "courses/certificate_detail.html", context, status=status)
    response["X-Robots-Tag"] = "noindex"
    return response


@require_safe
def gradebook_page(request: SignedInRequest, slug: str) -> HttpResponse:
    """Show the grades of a course to those who teach it, or oversee all."""
    course = get_object_or_404(Course.objects.graded_by(request.user), slug=slug)
    page = Paginator(students_of(course), STUDENTS_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "course": course,
        "quizzes": quizzes_of(course),
        "page_obj": page,
        "standings": standings(course, list(page)),
    }
    return render(request, "courses/gradebook.html", context)


@require_safe
def gradebook_file(request: SignedInRequest, slug: str) -> HttpResponse:
    """Send the grades of a course as CSV to those who teach it, or oversee all."""
    course = get_object_or_404(Course.objects.graded_by(request.user), slug=slug)
    name = f"{course.slug}-grades.csv"
    return HttpResponse(
        gradebook.as_csv(course),
        content_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "private, no-store",
        },
    )


def visible_course(user: User | AnonymousUser, slug: str) -> Course:
    """Return a course that somebody may see; a draft does not exist for others."""
    courses = Course.objects.visible_to(user).counted().select_related("teacher")
    return get_object_or_404(courses, slug=slug)


def own_enrolment(user: User | AnonymousUser, course: Course) -> Enrolment | None:
    """Return somebody's own place in a course, or on its waiting list."""
    return Enrolment.objects.of(user.pk).filter(course=course).select_related("course").first()


def readable_course(user: User, slug: str) -> tuple[Course, Enrolment | None]:
    """Return a course whose lessons somebody may read, and their place in it; one that only teaches has none.

    For everybody else there are no such pages.
    """
    course = visible_course(user, slug)
    enrolment = own_enrolment(user, course)
    if enrolment and enrolment.status == Status.ENROLLED:
        return course, enrolment
    if not grades(user, course):
        raise Http404
    return course, None


def grades(user: User | AnonymousUser, course: Course) -> bool:
    """Tell whether somebody may see the grades of a course."""
    return isinstance(user, User) and Course.objects.graded_by(user).filter(pk=course.pk).exists()
