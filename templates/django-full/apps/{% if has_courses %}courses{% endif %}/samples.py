"""Courses to look at during development. The people and the courses are invented."""

import uuid
from datetime import date, timedelta

from django.utils import timezone

from apps.accounts.models import User
from apps.courses.enrolments import enrol
from apps.courses.models import (
    Choice,
    Course,
    Enrolment,
    Lesson,
    LessonDone,
    Module,
    Question,
    Quiz,
)
from apps.courses.progress import certify, quizzes_of
from apps.courses.quizzes import attempt, questions_of
from apps.courses.recommendations import count_next_courses

NAMES = (
    *("Amara Osei", "Bruno Keller", "Chiara Rinaldi", "Daniel Novak", "Elif Aydin"),
    *("Farid Haddad", "Greta Lindqvist", "Hana Suzuki", "Ivo Marinov", "Joana Teixeira"),
    *("Kemal Demir", "Lena Hoffmann", "Marek Zielinski", "Nora Byrne"),
)
ABOUT = "Short lessons to read, each with something to try outdoors. No previous knowledge is needed, only good shoes."
LESSON = (
    "Read this through once without taking notes. Then look out of a window, or better go for a walk, and find three"
    " examples of what it is about.\n\nWrite down where each of them was, how you noticed it, and one question that"
    " it left open. Bring the question to the next lesson."
)
# A question, the answers that are right, and those that are not.
Asked = tuple[str, tuple[str, ...], tuple[str, ...]]
# The address of a course, its title, what it is about, its places, and its modules: lessons with their minutes, questions.
Part = tuple[str, tuple[tuple[str, int], ...], tuple[Asked, ...]]
COURSES: tuple[tuple[str, str, str, int, tuple[Part, ...]], ...] = (
    (
        "keeping-bees",
        "Keeping bees in a city",
        "A year with a hive on a roof: from the first warm day to the last jar.",
        30,
        (("Spring", (("Where a hive may stand", 20), ("The first inspection", 35)), ()),),
    ),
    (
        "soil",
        "Soil under your boots",
        "Dig, feel and read the ground that everything else stands on.",
        20,
        (
            ("What it is made of", (("Sand, silt and clay", 25), ("Life in a handful", 30)), ()),
            ("What it does", (("Water in the ground", 30),), ()),
        ),
    ),
    (
        "weather",
        "Weather for walkers",
        "Read clouds, wind and pressure well enough to come home dry.",
        10,
        (
            (
                "Signs in the sky",
                (("Ten kinds of cloud", 30), ("Wind and what it brings", 25)),
                (
                    (
                        "What does a falling barometer announce?",
                        ("Wind and rain",),
                        ("A clear night", "Nothing at all"),
                    ),
                    (
                        "Which clouds can bring rain?",
                        ("Nimbostratus", "Cumulonimbus"),
                        ("Cirrus",),
                    ),
                ),
            ),
        ),
    ),
    (
        "landscape",
        "Reading the landscape",
        "Learn to see how ice, water and people shaped the place where you live.",
        16,
        (
            (
                "Maps",
                (("What a map leaves out", 18), ("Contour lines", 25)),
                (
                    (
                        "What do contour lines that lie close together show?",
                        ("A steep slope",),
                        ("A flat field", "A road"),
                    ),
                    (
                        "What does a map of 1:25,000 show as one centimetre?",
                        ("250 metres",),
                        ("25 metres", "2.5 kilometres"),
                    ),
                    (
                        "Which of these does a map leave out?",
                        ("The height of each tree", "Who walks there today"),
                        ("The course of rivers",),
                    ),
                ),
            ),
            (
                "Ice and water",
                (("Ice: valleys, ridges, boulders", 42), ("Water finds its way", 35)),
                (
                    (
                        "Which shape has a valley that a glacier made?",
                        ("Like a U",),
                        ("Like a V", "Like a W"),
                    ),
                    (
                        "What lies at the end of a former glacier?",
                        ("A moraine",),
                        ("A delta", "A dune"),
                    ),
                ),
            ),
            ("People", (("Old fields and stone walls", 45),), ()),
        ),
    ),
)

# Who is in which course, of NAMES; those who come last wait where there is no place left.
STUDENTS = {
    "keeping-bees": slice(0, 8),
    "soil": slice(0, 14),
    "weather": slice(2, 14),
    "landscape": slice(1, 13),
}


def make(student: User, teacher: User) -> None:
    """Make courses with their students, unless there are courses already."""
    if Course.objects.exists():
        return
    people = [person(name) for name in NAMES]
    for slug, title, summary, capacity, parts in COURSES:
        course = Course.objects.create(
            title=title,
            slug=slug,
            summary=summary,
            description=ABOUT,
            teacher=teacher,
            capacity=capacity,
            time_zone="Europe/Lisbon",
            is_published=True,
        )
        write(course, parts)
        for one in people[STUDENTS[slug]]:
            enrol(one, course)
    bees, soil, _weather, landscape = Course.objects.order_by("pk")
    bees.enrol_until = date(2026, 3, 31)
    bees.save()
    landscape.work_until = timezone.localdate() + timedelta(days=60)
    landscape.save()
    enrol(student, soil)
    work(enrol(student, landscape), lessons=2, quizzes=1, mistakes=1)
    for number, enrolment in enumerate(
        landscape.enrolments.exclude(student=student).order_by("pk")
    ):
        work(enrolment, lessons=number % 6, quizzes=number % 3, mistakes=number % 2)
    best = landscape.enrolments.order_by("pk")[1]
    work(best, lessons=5, quizzes=2, mistakes=0)
    certify(best, best.student.name)
    Course.objects.create(
        title="Stars without a telescope",
        slug="stars",
        summary="Find your way around the night sky with bare eyes.",
        teacher=teacher,
        time_zone="Europe/Lisbon",
    )
    count_next_courses()


def person(name: str) -> User:
    """Return somebody who cannot sign in."""
    email = f"{name.lower().replace(' ', '.')}@example.com"
    return User.objects.filter(email=email).first() or User.objects.create_user(email, name=name)


def write(course: Course, parts: tuple[Part, ...]) -> None:
    """Give a course its modules, lessons and quizzes."""
    for position, (title, lessons, questions) in enumerate(parts, 1):
        module = Module.objects.create(course=course, title=title, position=position)
        for number, (name, minutes) in enumerate(lessons, 1):
            values = {"title": name, "minutes": minutes, "position": number, "text": LESSON}
            Lesson.objects.create(module=module, **values)
        if questions:
            quiz = Quiz.objects.create(module=module, title=f"Quiz: {title}")
            for number, (text, right, wrong) in enumerate(questions, 1):
                question = Question.objects.create(quiz=quiz, text=text, position=number)
                for answer in sorted((*right, *wrong)):
                    Choice.objects.create(question=question, text=answer, is_right=answer in right)


def work(enrolment: Enrolment, *, lessons: int, quizzes: int, mistakes: int) -> None:
    """Finish the first lessons and take the first quizzes, with some mistakes in each."""
    course = enrolment.course
    of_course = Lesson.objects.filter(module__course=course).order_by(
        "module__position", "position"
    )
    for lesson in of_course[:lessons]:
        LessonDone.objects.get_or_create(enrolment=enrolment, lesson=lesson)
    for quiz in quizzes_of(course)[:quizzes]:
        chosen = {
            question.pk: frozenset(c.pk for c in question.choices.all() if c.is_right)
            for question in questions_of(quiz)[mistakes:]
        }
        attempt(enrolment, quiz, uuid.uuid4(), chosen)
