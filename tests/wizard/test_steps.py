"""The wizard's rules without a terminal: where answers and going back lead, and what is shown on the way."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from waypost.advice.recommend import interim_advice, next_question, recommend
from waypost.model import Value
from waypost.practice.comparison import compare
from waypost.practice.text import practice_line, practice_lines
from waypost.questions.catalogue import Catalogue, load_catalogue
from waypost.wizard.repair import apply_changes, repair
from waypost.wizard.screens import screen_of
from waypost.wizard.state import CHANGE, NAME, PROCEED, TEMPLATE, State, offers
from waypost.wizard.steps import advance, begin
from waypost.wizard.terminal.screen import Back, Enough, Entered, Screen
from waypost.wizard.verdict import standing_line

ROOT = Path(__file__).parents[2]
MICROSERVICE: Mapping[str, Value] = {"kind": "microservice", "size": "small", "philosophy": "full-control"}
TEMPLATES = ("flask-micro", "flask-blueprints", "django-full")
TEXTS = ("Café Zoë", "", "a/b", "flask", "x" * 80, "two\nlines", "shop", "1.0")


@cache
def catalogue() -> Catalogue:
    return load_catalogue(ROOT)


def new(given_answers: Mapping[str, Value] | None = None) -> State:
    return begin(catalogue(), given_answers or {}, "new")


def proposal(screen: Screen) -> Value:
    """What Enter alone answers."""
    return screen.placeholder if screen.form == "text" and not screen.current else screen.current


def accepting(state: State, until: str = "done") -> State:
    """Accept what is proposed until a step is reached."""
    for _ in range(60):
        if state.step == until:
            return state
        state = advance(state, Entered(proposal(screen_of(state))))
    raise AssertionError(f"{until} is never reached; stuck at {state.step} {state.key} {state.notices}")


def at_summary(given_answers: Mapping[str, Value] | None = None) -> State:
    return accepting(new(given_answers), "summary")


def edited(state: State, key: str, value: Value) -> State:
    return advance(advance(state, Entered(key)), Entered(value))


# The questions


def test_questions_come_in_the_order_of_what_they_can_move() -> None:
    state = new()
    assert (state.step, state.key) == ("question", "kind")
    assert screen_of(state).current == "unsure"


def test_a_short_path_ends_as_soon_as_no_answer_can_change_the_template() -> None:
    state = new()
    asked = []
    while state.step == "question":
        asked.append(state.key)
        state = advance(state, Entered(MICROSERVICE.get(state.key, "none" if state.key == "admin" else "unsure")))
        if state.step == "offer":
            state = advance(state, Entered(CHANGE))
    assert state.step == "verdict"
    assert len(asked) < 10
    assert any(f"{len(asked)} questions were enough" in line.text for line in screen_of(state).body)


def at_offer() -> State:
    state = advance(new(), Entered("ecommerce"))
    state = advance(state, Entered(proposal(screen_of(state))))
    assert state.step == "offer"
    return state


def test_once_a_change_is_improbable_the_advice_is_offered_with_what_is_still_open() -> None:
    state = at_offer()
    screen = screen_of(state)
    text = " ".join(line.text for line in screen.body)
    assert "Django with django-full is very likely" in text
    assert all(key in text for key in interim_advice(state.decisions).open_questions[:3])
    assert screen.options[0].label == "That's enough, advise me now"
    assert advance(state, Entered(PROCEED)).step == "verdict"


def test_whoever_goes_on_is_asked_the_rest_and_is_not_offered_again() -> None:
    state = advance(at_offer(), Entered(CHANGE))
    while state.step == "question":
        state = advance(state, Entered("unsure"))
    assert state.step == "verdict"
    assert next_question(state.decisions) is None


def test_at_every_question_one_key_leads_to_the_advice_which_says_what_is_open() -> None:
    state = new()
    for _ in range(3):
        assert screen_of(state).can_stop
        stopped = advance(state, Enough())
        assert stopped.step == "verdict"
        assert any("Still open, and able to change it:" in line.text for line in screen_of(stopped).body)
        state = advance(state, Entered("unsure"))


def test_whoever_stopped_and_goes_back_can_go_on_where_the_questions_ended() -> None:
    state = advance(new(), Entered("microservice"))
    stopped = advance(state, Enough())
    back = advance(stopped, Back())
    assert (back.step, back.key) == (state.step, state.key)
    assert advance(back, Enough()).step == "verdict"


def test_stopping_advice_alone_shows_the_advice_at_once() -> None:
    state = advance(begin(catalogue(), {}, "recommend"), Entered("microservice"))
    stopped = advance(state, Enough())
    assert (stopped.step, stopped.result) == ("done", {"kind": "microservice"})


def test_nothing_else_is_stopped_by_that_key() -> None:
    for step in ("verdict", "summary"):
        state = accepting(new(MICROSERVICE), step)
        assert not screen_of(state).can_stop
        assert advance(state, Enough()) == state


def test_the_standing_says_which_decision_is_still_open() -> None:
    state = advance(advance(new(), Entered("microservice")), Entered("none"))
    while state.step == "question" and not interim_advice(state.decisions).is_framework_certain:
        state = advance(state, Entered({"size": "small", "philosophy": "full-control"}.get(state.key, "unsure")))
        state = advance(state, Entered(CHANGE)) if state.step == "offer" else state
    now = interim_advice(state.decisions)
    assert now.is_framework_certain
    assert ("Flask is certain" in standing_line(state.decisions)) == (now.framework == "flask")


def test_given_answers_are_not_asked_and_are_shown_as_given() -> None:
    state = new({"kind": "ecommerce"})
    assert state.key != "kind"
    assert any("Online shop" in line.value and "given" in line.value for line in screen_of(state).body)


def test_the_standing_is_shown_after_each_answer() -> None:
    state = advance(new(), Entered("microservice"))
    assert "Leaning towards Flask; still open: admin" in screen_of(state).status


def test_a_value_that_is_no_choice_is_refused_with_the_reason() -> None:
    state = advance(new(), Entered("nonsense"))
    assert (state.step, state.key) == ("question", "kind")
    assert "is not one of" in state.notices[0]


def test_advice_alone_returns_decision_answers_and_no_template() -> None:
    state = accepting(begin(catalogue(), {"size": "small"}, "recommend"))
    assert TEMPLATE not in state.result
    assert "size" not in state.result
    assert state.result["kind"] == "unsure"


def test_advice_on_complete_answers_asks_nothing() -> None:
    complete = {question.key: "unsure" for question in catalogue().questions if question.group == "decision"}
    assert begin(catalogue(), complete, "recommend").step == "done"


def test_a_wizard_that_asked_everything_does_not_boast_of_a_short_path() -> None:
    state = accepting(new(), "verdict")
    assert len(state.asked) == len([question for question in catalogue().questions if question.group == "decision"])
    assert not any("enough" in line.text for line in screen_of(state).body)


def test_advice_alone_promises_no_project() -> None:
    welcome = " ".join(line.text for line in screen_of(begin(catalogue(), {}, "recommend")).body)
    assert "advice" in welcome
    assert "project" not in welcome


# The verdict


def test_the_verdict_proposes_what_is_advised() -> None:
    state = accepting(new(MICROSERVICE), "verdict")
    assert screen_of(state).current == "flask-micro"
    assert accepting(state).result[TEMPLATE] == "flask-micro"


def test_the_verdict_names_what_public_projects_use_apart_from_the_points() -> None:
    screen = screen_of(accepting(new({"size": "large", "admin": "multi-role"}), "verdict"))
    comparison = compare({"size": "large", "admin": "multi-role"})
    assert comparison is not None
    assert screen.body[-1].text == practice_line(comparison)[0]
    assert len(screen.body[-1].text) < 80
    assert screen.help[-4:] == practice_lines(comparison)
    assert "Similar public" not in screen_of(accepting(new({"philosophy": "full-control"}), "verdict")).body[-1].text


@pytest.mark.parametrize("template", TEMPLATES)
@pytest.mark.parametrize(
    "answers",
    [
        pytest.param({}, id="nothing known"),
        pytest.param({"accounts": "full", "admin": "multi-role"}, id="accounts and staff roles"),
        pytest.param({"data": "none", "accounts": "login"}, id="accounts without data"),
        pytest.param({"database": "none", "kind": "microservice"}, id="no database"),
        pytest.param({"python_version": "3.11", "django_version": "6.1"}, id="too old a Python"),
        pytest.param({"api": "rest", "api_library": "django-rest-framework"}, id="a Django library"),
        pytest.param({"sessions": "database"}, id="sessions in the database"),
    ],
)
def test_every_template_can_be_taken_with_what_has_to_change_said_first(
    answers: Mapping[str, Value], template: str
) -> None:
    state = accepting(new(answers), "verdict")
    offer = next(offer for offer in offers(state) if offer.template == template)
    assert offer.works
    taken = advance(state, Entered(template))
    assert not taken.resolution.problems
    assert taken.notices == offer.shown_changes
    option = next(option for option in screen_of(state).options if option.value == template)
    assert all(told in option.note for told in offer.shown_changes)
    assert {key for key in answers if taken.answers.get(key) != answers[key]} <= offer.changes.keys()


def test_a_template_that_is_not_advised_is_named_as_the_persons_own() -> None:
    state = advance(accepting(new(MICROSERVICE), "verdict"), Entered("django-full"))
    summary = screen_of(accepting(state, "summary"))
    line = next(option for option in summary.options if option.value == TEMPLATE)
    assert (line.detail, line.note) == ("django-full", "(yours; the advice is flask-micro)")


def test_advice_that_changes_is_followed_unless_the_template_was_overridden() -> None:
    def changed(state: State) -> State:
        for value in (TEMPLATE, CHANGE, "kind", "ecommerce", "size", "large", PROCEED):
            state = advance(state, Entered(value))
        return accepting(state, "summary")

    followed = changed(at_summary(MICROSERVICE))
    assert followed.template == recommend(followed.decisions).template == "django-full"
    overridden = accepting(advance(accepting(new(MICROSERVICE), "verdict"), Entered("flask-blueprints")), "summary")
    assert changed(overridden).template == "flask-blueprints"


def test_a_given_template_goes_straight_to_the_name() -> None:
    state = new({TEMPLATE: "django-full"})
    assert (state.step, state.template) == ("name", "django-full")


def test_a_given_template_that_clashes_with_given_answers_opens_with_the_way_out() -> None:
    state = new({TEMPLATE: "flask-micro", "accounts": "full"})
    assert state.step == "verdict"
    assert accepting(state).result[TEMPLATE] in TEMPLATES


# The summary


def test_the_summary_tells_defaults_from_the_persons_own() -> None:
    notes = {option.value: option.note for option in screen_of(at_summary({"ci": "github"})).options}
    assert notes["ci"] == "(yours)"
    assert notes["database"] == "(default)"


def test_lines_that_do_not_apply_are_left_out() -> None:
    shown = {option.value for option in screen_of(at_summary({TEMPLATE: "django-full"})).options}
    assert "django_version" in shown
    assert "package_name" not in shown


def test_a_change_takes_its_dependent_defaults_along_and_says_so() -> None:
    state = edited(at_summary(), NAME, "My Shop")
    assert state.resolution.answers["project_slug"] == "my-shop"
    assert "project_slug: my-project -> my-shop" in state.notices


def test_a_change_keeps_what_the_person_set() -> None:
    state = edited(edited(at_summary(), "project_slug", "kept"), NAME, "My Shop")
    assert state.resolution.answers["project_slug"] == "kept"


def test_an_answer_put_back_to_its_default_is_no_longer_the_persons() -> None:
    before = at_summary()
    after = edited(edited(before, "ci", "github"), "ci", "none")
    assert after.answers == before.answers
    assert "ci" not in after.result


def test_a_given_answer_put_back_to_its_default_is_returned() -> None:
    assert accepting(edited(at_summary({"ci": "github"}), "ci", "none")).result["ci"] == "none"


@pytest.mark.parametrize(
    ("key", "value", "reason"),
    [
        pytest.param("package_name", "flask", "is taken", id="a dependency's name"),
        pytest.param("project_slug", "a/b", "may hold only", id="a path"),
        pytest.param(NAME, "two\nlines", "line break", id="a line break"),
        pytest.param("author_email", "nobody", "not an e-mail address", id="no address"),
        pytest.param("api_library", "django-ninja", "belongs to Django", id="a library of the other framework"),
    ],
)
def test_what_the_catalogue_refuses_is_refused_with_its_reason(key: str, value: str, reason: str) -> None:
    state = at_summary({TEMPLATE: "flask-micro", "database": "sqlite"})
    refused = edited(state, key, value)
    assert (refused.step, refused.key) == ("edit", key)
    assert reason in refused.notices[0]
    assert refused.answers == state.answers


def test_choices_that_are_refused_are_shown_with_the_reason() -> None:
    state = advance(at_summary({TEMPLATE: "django-full"}), Entered("database"))
    refused = {option.value: option.refused for option in screen_of(state).options}
    assert "choose a database" in refused["none"]
    assert not refused["sqlite"]


def test_several_choices_are_ticked_where_any_can_be_had() -> None:
    screen = screen_of(advance(at_summary({TEMPLATE: "django-full"}), Entered("deployment")))
    assert screen.form == "several" or (screen.form == "one" and screen.options[0].value == ())


def test_the_last_question_names_folder_and_template() -> None:
    screen = screen_of(advance(at_summary(), Entered(PROCEED)), Path("shop"))
    assert "./shop" in screen.title
    assert "flask-blueprints" in screen.body[0].text


# Going back


def test_there_is_nothing_before_the_first_question() -> None:
    state = advance(new(), Back())
    assert (state.step, state.key) == ("question", "kind")
    assert "first step" in state.notices[0]


def test_going_back_keeps_later_answers() -> None:
    state = new()
    for value in ("microservice", "none", "login"):
        state = advance(state, Entered(value))
    back = advance(advance(state, Back()), Back())
    assert (back.key, screen_of(back).current) == ("admin", "none")
    again = advance(back, Entered("basic"))
    assert again.answers["accounts"] == "login"
    assert again.key not in ("kind", "admin", "accounts")


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        pytest.param([CHANGE], "verdict", id="from the answers to the verdict"),
        pytest.param([CHANGE, "size"], "answers", id="from one answer to the answers"),
        pytest.param(["flask-micro"], "verdict", id="from the name to the verdict"),
        pytest.param(["flask-micro", "Shop"], "name", id="from the summary to the name"),
        pytest.param(["flask-micro", "Shop", "ci"], "summary", id="from an edit to the summary"),
        pytest.param(["flask-micro", "Shop", TEMPLATE], "summary", id="from the template to the summary"),
        pytest.param(["flask-micro", "Shop", PROCEED], "summary", id="from the last question to the summary"),
    ],
)
def test_every_step_leads_back(steps: list[str], expected: str) -> None:
    complete = {question.key: "unsure" for question in catalogue().questions if question.group == "decision"}
    state = new({**complete, **MICROSERVICE})
    for value in steps:
        state = advance(state, Entered(value))
    assert advance(state, Back()).step == expected


# Any walk


def _values(state: State) -> st.SearchStrategy[Value]:
    screen = screen_of(state)
    if screen.form == "text":
        return st.sampled_from((*TEXTS, str(proposal(screen))))
    values = [option.value for option in screen.options]
    if screen.form == "several":
        return st.lists(st.sampled_from([str(value) for value in values]), unique=True).map(tuple)
    return st.sampled_from([*values, *values, *values, "nonsense"])


GIVEN = st.fixed_dictionaries(
    {},
    optional={
        TEMPLATE: st.sampled_from(TEMPLATES),
        "kind": st.sampled_from(("microservice", "ecommerce", "website", "unsure")),
        "accounts": st.sampled_from(("none", "login", "registration", "full")),
        "admin": st.sampled_from(("none", "basic")),
        "database": st.sampled_from(("none", "sqlite", "postgresql")),
        "api": st.sampled_from(("none", "rest")),
        "ci": st.sampled_from(("none", "github")),
        NAME: st.just("Given"),
    },
)


@pytest.mark.slow
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data(), answers=GIVEN, purpose=st.sampled_from(("new", "new", "recommend")))
def test_no_walk_ends_dead_or_in_answers_that_are_refused(
    data: st.DataObject, answers: dict[str, Value], purpose: str
) -> None:
    state = begin(catalogue(), answers, "new" if purpose == "new" else "recommend")
    for _ in range(data.draw(st.integers(0, 16))):
        if state.step == "done":
            break
        before = state
        state = advance(state, data.draw(st.one_of(_values(state).map(Entered), st.just(Back()), st.just(Enough()))))
        _holds(before, state)
    end = accepting(state)
    result = catalogue().resolve({**answers, **end.result})
    assert purpose == "recommend" or not result.problems
    kept = {key: value for key, value in answers.items() if key not in end.touched and key != TEMPLATE}
    assert kept.items() <= {**answers, **end.result}.items()


def _holds(before: State, state: State) -> None:
    screen = screen_of(state)
    if screen.form == "one" and state.step != "done":
        possible = [option.value for option in screen.options if not option.refused]
        assert possible
        assert screen.current in possible
    if state.step in ("name", "summary", "edit", "confirm"):
        assert not state.resolution.problems
    if before.answers != state.answers and before.step not in ("question", "answer"):
        assert state.notices or state.step == "summary"
    _returns(state)


def _returns(state: State) -> None:
    """Going back and accepting what stands there leads to the same answers, and at the front to the same step."""
    is_front = {
        "question": state.key not in state.asked,
        "offer": True,
        "enough": True,
        "verdict": not state.from_summary and state.template is None,
        "name": NAME not in state.answers,
        "summary": True,
    }
    if state.step not in is_front:
        return
    back = advance(state, Back())
    if (back.step, back.key) == (state.step, state.key):
        return
    was_stopped = state.is_stopped and back.step in ("question", "offer")
    again = advance(back, Enough() if was_stopped else Entered(proposal(screen_of(back))))
    assert again.answers == state.answers
    assert again.template == state.template or back.step == "verdict"
    if is_front[state.step]:
        assert (again.step, again.key) == (state.step, state.key)


# Repair


def test_mending_leaves_good_answers_alone() -> None:
    found = repair(catalogue(), {TEMPLATE: "django-full"}, fixed={TEMPLATE})
    assert found is not None
    assert not found.changes


def test_mending_changes_given_answers_last() -> None:
    answers: dict[str, Value] = {TEMPLATE: "django-full", "python_version": "3.11", "django_version": "6.1"}
    for given_key, changed in (("python_version", "django_version"), ("django_version", "python_version")):
        found = repair(catalogue(), answers, fixed={TEMPLATE}, reluctantly={given_key})
        assert found is not None
        assert set(found.changes) == {changed}
        assert not catalogue().resolve(apply_changes(answers, found.changes)).problems


def test_mending_says_where_nothing_helps() -> None:
    assert repair(catalogue(), {TEMPLATE: "flask-micro", "accounts": "full"}, fixed={TEMPLATE, "accounts"}) is None
