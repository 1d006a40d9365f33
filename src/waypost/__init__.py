"""Waypost: advice between Flask and Django, and the starter project that follows from it.

For Python callers, without a terminal; answers have the keys and values of ``waypost answers init``:

    from waypost import create, plan_update, recommend

    recommend({"kind": "cms", "admin": "multi-role"}).template  # "django-full"
    create("shop", {"kind": "ecommerce", "project_name": "My Shop"})
    plan = plan_update("shop", {"jobs": "celery"})  # touches nothing; apply_update(plan) does

Whatever the user can act on is raised as a ``waypost.errors.WaypostError`` with message and hint.
"""

# Each function imports what it needs when it is called: `import waypost` stays cheap, and so does the command's start.
# ruff: noqa: PLC0415

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Mapping

    from waypost.advice.model import Recommendation
    from waypost.drafts.draft import Draft
    from waypost.model import Value
    from waypost.projects.creation import CreatedProject
    from waypost.projects.standing import Standing
    from waypost.sources.plain import RenderedFile
    from waypost.update.plan import UpdatePlan

__all__ = ["apply_update", "check", "create", "plan", "plan_update", "recommend", "render_tree"]


def recommend(answers: Mapping[str, str]) -> Recommendation:
    """Return the framework and template that fit the ``answers``, why, and what would change it.

    ``answers`` are to decision questions, by key; one that is missing counts as ``unsure``. Raises ``AnswersError``
    where a key is no decision question or a value none of its choices.
    """
    from waypost.advice.recommend import recommend

    return recommend(answers)


def plan(answers: Mapping[str, Value | list[str]]) -> Draft:
    """Return what the ``answers`` come to: the advice, all answers, and everything that is wrong with them, together.

    ``answers`` are by question key, as for ``create``. Raises ``AnswersError`` only where a key is no question.
    """
    from waypost.drafts.draft import draft_of
    from waypost.projects.planning import catalogue_of
    from waypost.questions.answers import read_values, values_of
    from waypost.sources.embedded import embedded_root

    catalogue = catalogue_of(embedded_root())
    return draft_of(catalogue, values_of(read_values(answers, catalogue)))


def render_tree(draft: Draft) -> dict[str, RenderedFile]:
    """Return every file of the project that ``create`` would make of the draft's answers, by path, all but ``.env``.

    Touches no disk but to read the templates. Raises ``AnswersError`` where something is wrong with the answers.
    """
    from waypost.drafts.draft import files_of
    from waypost.sources.embedded import embedded

    return files_of(embedded(), draft)


def create(
    destination: str | os.PathLike[str], answers: Mapping[str, Value | list[str]], *, uses_git: bool = True
) -> CreatedProject:
    """Make a project in the new or empty folder ``destination``, and return its folder, files and notes.

    ``answers`` are by question key; defaults stand in for the rest, and the advice for the template. Raises
    ``AnswersError``, ``StateError`` or ``SourceError``, and then leaves nothing behind.
    """
    from waypost.commands.new import create

    return create(destination, answers, uses_git=uses_git)


def check(project: str | os.PathLike[str] = ".", *, compares_files: bool = True) -> Standing:
    """Return where the project in the folder ``project`` stands; with ``compares_files`` its files are compared, too.

    Needs neither git nor a network, unless the project was made from another template source. Raises ``StateError``
    where the folder is no project, ``AnswersError`` where its record holds answers that its own version refuses, and
    ``SourceError`` where its template source cannot be had.
    """
    from waypost.projects.standing import check

    return check(project, compares_files=compares_files)


def plan_update(
    folder: str | os.PathLike[str], answers: Mapping[str, Value | list[str]] | None = None, *, to: str | None = None
) -> UpdatePlan:
    """Return what updating the project in ``folder`` would do; touch nothing.

    ``answers`` replace recorded ones, by question key; ``to`` is a version, by default the newest. Raises
    ``StateError`` where the project is not in a state to be updated, ``AnswersError`` where an answer is not valid,
    ``SourceError`` where a version cannot be had.
    """
    from waypost.questions.answers import Inputs
    from waypost.update.plan import plan_of

    return plan_of(folder, Inputs(values=answers or {}), to=to)


def apply_update(plan: UpdatePlan, *, when_done: Callable[[], None] = lambda: None) -> None:
    """Write a planned update into the project's files, all at once, and its conflicts into the index.

    What changed is left for review, uncommitted. ``when_done`` is called at the moment it is done. Raises
    ``StateError`` where the project changed since it was planned; nothing is touched then.
    """
    from waypost.update.plan import apply_update

    apply_update(plan, when_done=when_done)
