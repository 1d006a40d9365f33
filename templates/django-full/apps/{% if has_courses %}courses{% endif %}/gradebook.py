"""The gradebook of a course as a file."""

import csv
from collections.abc import Iterator
from io import StringIO

from django.utils.translation import gettext as _

from apps.courses.models import Course
from apps.courses.progress import quizzes_of, standings, students_of
from apps.courses.rules import as_cell

# Tells spreadsheets that what follows is UTF-8.
MARK = "\ufeff"


def as_csv(course: Course) -> str:
    """Return the grades of everybody in a course; no cell of it is a formula."""
    file = StringIO()
    file.write(MARK)
    csv.writer(file).writerows([as_cell(text) for text in row] for row in rows(course))
    return file.getvalue()


def rows(course: Course) -> Iterator[list[str]]:
    """Yield the headings, and then what each student has reached."""
    titles = [quiz.title for quiz in quizzes_of(course)]
    yield [_("Name"), _("Email"), _("Lessons"), *titles, _("Grade"), _("Completed")]
    for standing in standings(course, list(students_of(course))):
        student = standing.enrolment.student
        results = ["" if result is None else str(result) for result in standing.results]
        grade = "" if standing.grade is None else str(standing.grade)
        lessons = str(standing.done)
        completed = _("yes") if standing.is_complete else _("no")
        yield [student.name, student.email, lessons, *results, grade, completed]
