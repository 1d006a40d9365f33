"""The wizard as a person meets it: in a terminal, with real keys."""

from __future__ import annotations

import json
import os
import re
import signal
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from pseudo_terminal import PseudoTerminal
from support.adopting import FLASK, repository_of
from support.sources import catalogue
from waypost.advice.recommend import next_question

pytestmark = pytest.mark.terminal

ROOT = Path(__file__).parents[3]
SETTLED = {"kind": "microservice", "size": "small", "philosophy": "full-control", "accounts": "none", "admin": "none"}
PROGRAM = """
import json, sys
from pathlib import Path
from waypost.errors import InterruptedByUserError
from waypost.projects.planning import named_after
from waypost.questions.catalogue import load_catalogue
from waypost.wizard.dialogue import ask

root, given, purpose, destination, result = sys.argv[1:]
try:
    catalogue = named_after(Path(destination), load_catalogue(Path(root)))
    answers = ask(catalogue, json.loads(given), purpose=purpose, destination=Path(destination))
except InterruptedByUserError as interruption:
    print(interruption.message, file=sys.stderr)
    sys.exit(130)
Path(result).write_text(json.dumps(answers))
"""


class Wizard(PseudoTerminal):
    """The wizard in a terminal, its standard output in a file, its answers in another."""

    def __init__(
        self, folder: Path, given: Mapping[str, Any], purpose: str = "new", root: Path = ROOT, **options: Any
    ) -> None:
        self.result = folder / "answers.json"
        self.output = folder / "output.txt"
        arguments = [sys.executable, "-c", PROGRAM, str(root), json.dumps(given), purpose, "my-shop", str(self.result)]
        script = 'out=$1; shift; exec "$@" > "$out"'
        super().__init__(["sh", "-c", script, "sh", str(self.output), *arguments], **options)

    def accept_until(self, text: str) -> None:
        """Press Enter, one screen at a time, until ``text`` is there."""
        self.wait_for("Enter accepts")
        while text not in self.words:
            shown = self.text
            self.press("enter")
            self.wait_for_change(shown, done="Enter accepts")

    def answers(self) -> dict[str, Any]:
        """Wait for the end, and return the answers."""
        assert self.finish() == 0, self.text
        assert self.is_restored
        assert self.output.read_text() == ""
        answers: dict[str, Any] = json.loads(self.result.read_text())
        return answers


Start = Callable[..., Wizard]


@pytest.fixture
def start(tmp_path: Path, request: pytest.FixtureRequest) -> Start:
    def begin(given: Mapping[str, Any] | None = None, **options: Any) -> Wizard:
        wizard = Wizard(tmp_path, given or {}, **options)
        request.addfinalizer(lambda: wizard.__exit__(None, None, None))
        return wizard

    return begin


# The steps, each with what it shows and the keys that lead there from the verdict

VERDICT = "Which starter project shall it be?"
NAME = "What is the project called?"
SUMMARY = "This is what you get."
STEPS: Mapping[str, tuple[tuple[str, tuple[str, ...]], ...]] = {
    "verdict": ((VERDICT, ()),),
    "answers": ((VERDICT, ("up", "enter")), ("Which answer shall change?", ())),
    "name": ((VERDICT, ("enter",)), (NAME, ())),
    "summary": ((VERDICT, ("enter",)), (NAME, ("enter",)), (SUMMARY, ())),
    "text": ((VERDICT, ("enter",)), (NAME, ("enter",)), (SUMMARY, ("down", "down", "enter")), ("called? My Shop", ())),
    "choice": (
        (VERDICT, ("enter",)),
        (NAME, ("enter",)),
        (SUMMARY, ("up", "up", "enter")),
        ("Put in a small example", ()),
    ),
    "confirm": ((VERDICT, ("enter",)), (NAME, ("enter",)), (SUMMARY, ("enter",)), ("Create it in ./my-shop?", ())),
}


def walk(wizard: Wizard, step: str) -> None:
    for text, keys in STEPS[step]:
        wizard.wait_for(text)
        wizard.press(*keys)


# The whole story


def test_enter_alone_leads_from_the_first_question_to_the_project(start: Start) -> None:
    wizard = start()
    wizard.wait_for("What are you building?", "Ctrl-C leaves: nothing written")
    wizard.accept_until(VERDICT)
    wizard.wait_for("Waypost proposes Flask, template flask-blueprints", "No answer so far")
    walk(wizard, "confirm")
    wizard.press("enter")
    answers = wizard.answers()
    assert answers["template"] == "flask-blueprints"
    assert answers["project_name"] == "My Shop"
    assert answers["kind"] == "unsure"
    assert "What are you building? Not sure yet" in wizard.words


def test_answers_move_the_standing_and_the_advice_says_what_is_open(start: Start) -> None:
    wizard = start()
    wizard.wait_for("What are you building?")
    wizard.press("down", "down", "enter")
    wizard.wait_for("Leaning towards Flask; still open:", "What are you building? Microservice")
    wizard.accept_until(VERDICT)
    wizard.wait_for("Advice: Flask", "Still open, and able to change it:")


def test_advice_alone_ends_without_naming_a_project(start: Start) -> None:
    wizard = start({"kind": "microservice"}, purpose="recommend")
    wizard.accept_until("Is that enough for the advice?")
    wizard.press("enter")
    assert "template" not in wizard.answers()


def test_the_template_can_be_overridden(start: Start) -> None:
    wizard = start({"kind": "microservice", "size": "small", "philosophy": "full-control"})
    wizard.accept_until(VERDICT)
    wizard.press("down", "down", "enter")
    wizard.wait_for("It will be django-full")
    wizard.press("Zoë's Café", "enter")
    wizard.wait_for(SUMMARY, "django-full (yours; the advice is flask-micro)", "zoes-cafe")
    wizard.press("enter", "enter")
    answers = wizard.answers()
    assert (answers["template"], answers["project_name"]) == ("django-full", "Zoë's Café")


def test_a_line_of_the_summary_can_be_changed(start: Start) -> None:
    wizard = start({"template": "django-full"})
    wizard.wait_for(NAME)
    wizard.press("Shop", "enter")
    wizard.wait_for(SUMMARY, "Python 3.12 (default)")
    wizard.press(*["down"] * 8, "enter")
    wizard.wait_for("Which Python does it need at least?")
    wizard.press("up", "enter")
    wizard.wait_for("python_version: 3.12 -> 3.11; django_version: 6.1 -> 5.2", "Python 3.11 (yours)")
    wizard.press("enter", "enter")
    assert wizard.answers()["python_version"] == "3.11"


def test_several_choices_are_ticked_with_space(start: Start) -> None:
    wizard = start({"template": "django-full", "project_name": "Shop"})
    wizard.wait_for(SUMMARY)
    keys = list(catalogue().by_key)
    wizard.press(*["up"] * len(keys[keys.index("deployment") :]), "enter")  # from below the last of them
    wizard.wait_for("○ Docker", "Space ticks")
    wizard.press("space", "down", "space", "space", "down", "space")
    wizard.wait_for("● Docker", "○ nginx", "● supervisor")
    wizard.press("enter")
    wizard.wait_for("deployment: none -> docker, supervisor")
    wizard.press("enter", "enter")
    assert wizard.answers()["deployment"] == ["docker", "supervisor"]


def test_what_is_wrong_with_a_name_is_said_while_it_is_written(start: Start) -> None:
    wizard = start(SETTLED)
    walk(wizard, "name")
    wizard.press("x" * 61)
    wizard.wait_for("at most 60 are allowed")
    wizard.press("enter", "ctrl-u")
    wizard.wait_for(NAME, without="at most 60")
    wizard.press("enter")
    wizard.wait_for(SUMMARY, "My Shop")


def test_a_question_mark_explains_the_choice_under_the_pointer(start: Start) -> None:
    wizard = start()
    wizard.wait_for("What are you building?")
    wizard.press("down", "?")
    wizard.wait_for("Flask: ", "REST", "[")
    wizard.press("?")
    wizard.wait_for("What are you building?", without="[Kaul 2023]")


def test_what_does_not_fit_can_be_scrolled(start: Start) -> None:
    wizard = start(SETTLED, lines=14)
    wizard.wait_for(VERDICT, "Advice: Flask", "PgUp PgDn scroll")
    wizard.press("page-down", "page-down", "page-down")
    wizard.wait_for(VERDICT, "What would change it", without="Advice: Flask")
    wizard.press("page-up", "page-up", "page-up")
    wizard.wait_for("Advice: Flask")


# Going back


@pytest.mark.parametrize("key", ["escape", "ctrl-b"])
def test_back_leads_through_every_step_to_the_first_question(start: Start, key: str) -> None:
    wizard = start()
    wizard.wait_for("What are you building?")
    wizard.press("down", "down", "enter")
    wizard.wait_for("Do people need a back office", "still open")
    wizard.accept_until(VERDICT)
    walk(wizard, "confirm")
    for text in (SUMMARY, NAME, VERDICT):
        wizard.press(key)
        wizard.wait_for(text)
    while "This is the first step" not in wizard.words:
        shown = wizard.text
        wizard.press(key)
        wizard.wait_for_change(shown, done="Enter accepts")
    wizard.wait_for("This is the first step", "» Microservice")


def test_arrow_keys_are_not_taken_for_escape(start: Start) -> None:
    wizard = start(SETTLED)
    walk(wizard, "name")
    wizard.press("Shp", "left", "o", "right", "enter")
    wizard.wait_for(SUMMARY, "Shop (yours)")


def test_alt_with_a_letter_does_not_go_back_from_a_list(start: Start) -> None:
    wizard = start(SETTLED)
    walk(wizard, "summary")
    wizard.press("\x1bx", "down", "down", "enter")
    wizard.wait_for("What is the project called? My Shop")


# Leaving


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("key", ["ctrl-c", "ctrl-d"])
def test_leaving_restores_the_terminal_and_writes_nothing(start: Start, step: str, key: str) -> None:
    wizard = start(SETTLED)
    walk(wizard, step)
    if (step, key) == ("text", "ctrl-d"):
        wizard.press("ctrl-u")  # with text before it, Ctrl-D deletes a character
    wizard.press(key)
    wizard.wait_for("nothing was written")
    assert wizard.finish() == 130
    assert wizard.is_restored
    assert "Traceback" not in wizard.text
    assert not wizard.result.exists()


# Other terminals


def test_forty_columns_and_twenty_lines_are_enough(start: Start) -> None:
    wizard = start(columns=40, lines=20)
    wizard.wait_for("What are you building?", "(the list goes on)")
    wizard.press(*["down"] * 13)
    wizard.wait_for("» Enterprise application")
    wizard.accept_until(VERDICT)
    wizard.wait_for("Advice: Django")
    wizard.press("enter")
    wizard.wait_for(NAME)
    wizard.press("enter")
    wizard.wait_for("» Create the project")
    wizard.press("up")
    wizard.wait_for("» Example")
    wizard.press("down", "enter")
    wizard.wait_for("» Yes, create it")
    wizard.press("enter")
    assert wizard.answers()["kind"] == "enterprise"


def test_another_size_in_the_middle_is_followed(start: Start) -> None:
    wizard = start(SETTLED)
    walk(wizard, "summary")
    wizard.resize(50, 16)
    wizard.press("up")
    wizard.wait_for("» Example", "(the list goes on)")
    wizard.resize(100, 40)
    wizard.press("down")
    wizard.wait_for("» Create the project", "Example", without="goes on")
    wizard.press("enter", "enter")
    assert wizard.answers()["template"] == "flask-micro"


def test_no_color_means_none(start: Start) -> None:
    wizard = start(SETTLED, environment={"NO_COLOR": "1"})
    walk(wizard, "confirm")
    wizard.press("enter")
    assert wizard.answers()
    assert not colours(wizard.raw)


def test_colours_are_used_where_nobody_forbids_them(start: Start) -> None:
    wizard = start(SETTLED, environment={"NO_COLOR": ""})
    walk(wizard, "confirm")
    wizard.press("enter")
    assert wizard.answers()
    assert colours(wizard.raw)


def colours(raw: bytes) -> set[int]:
    codes = {int(code) for run in re.findall(rb"\x1b\[([0-9;]*)m", raw) for code in run.split(b";") if code}
    return codes & {*range(30, 39), *range(40, 49), *range(90, 98), *range(100, 108)}


def test_a_terminal_that_cannot_draw_gets_plain_lines(start: Start) -> None:
    wizard = start({"kind": "microservice"}, environment={"TERM": "dumb"}, lines=60)
    wizard.wait_for("Do people need a back office", "*", "< goes back", "[number] >")
    assert "Esc" not in wizard.words
    wizard.press("?\r")
    wizard.wait_for("Django: Django creates an admin")
    wizard.press("9\r")
    wizard.wait_for("that is not one of the numbers")
    wizard.press("2\r")
    wizard.wait_for("Do its users have accounts?")
    wizard.press("<\r")
    wizard.wait_for("* 2 No")
    while NAME not in wizard.words:
        shown = wizard.text
        wizard.press("\r")
        wizard.wait_for_change(shown)
        wizard.wait_for_end(b"] > ")
    wizard.press("Plain Shop\r")
    wizard.wait_for(SUMMARY)
    wizard.press("\r", "\r")
    assert wizard.answers()["project_name"] == "Plain Shop"
    assert b"\x1b" not in wizard.raw


@pytest.mark.skipif(os.name != "posix", reason="a controlling terminal is a matter of POSIX")
def test_redirected_errors_leave_the_questions_on_the_terminal(tmp_path: Path) -> None:
    errors = tmp_path / "errors.txt"
    arguments = [sys.executable, "-c", PROGRAM, str(ROOT), json.dumps(SETTLED), "new", "my-shop", str(tmp_path / "a")]
    with PseudoTerminal(["sh", "-c", 'err=$1; shift; exec "$@" 2> "$err"', "sh", str(errors), *arguments]) as terminal:
        terminal.wait_for(VERDICT)
        terminal.press("ctrl-c")
        assert terminal.finish() == 130
    assert errors.read_text() == "Stopped; nothing was written.\n"


# The command


@pytest.fixture
def command(tmp_path: Path) -> Iterator[PseudoTerminal]:
    arguments = [sys.executable, "-m", "waypost", "new", "shop", "--no-git"]
    with PseudoTerminal(arguments, folder=str(tmp_path), environment={"HOME": str(tmp_path / "home")}) as terminal:
        terminal.wait_for("What are you building?", "Enter accepts")
        yield terminal


def test_new_makes_what_the_wizard_was_told(command: PseudoTerminal, tmp_path: Path) -> None:
    while VERDICT not in command.words:
        shown = command.text
        command.press("enter")
        command.wait_for_change(shown, done="Enter accepts")
    command.press("enter")
    command.wait_for(NAME)
    command.press("Corner Shop", "enter")
    command.wait_for(SUMMARY)
    command.press("enter")
    command.wait_for("Create it in ./shop?", "Corner Shop, from the template flask-blueprints.")
    command.press("enter")
    assert command.finish() == 0, command.text
    assert command.is_restored
    assert "project_name: Corner Shop" in (tmp_path / "shop" / ".copier-answers.yml").read_text()


def test_adopting_asks_what_cannot_be_seen_and_shows_the_rest_to_change(tmp_path: Path) -> None:
    project = repository_of(tmp_path / "shop", FLASK)
    arguments = [sys.executable, "-m", "waypost", "adopt"]
    with PseudoTerminal(arguments, folder=str(project), environment={"HOME": str(tmp_path / "home")}) as terminal:
        terminal.wait_for("What are you building?", "Enter accepts")
        terminal.press("a")
        terminal.wait_for("This is what the record will say")
        terminal.press("enter")
        terminal.wait_for("Write the record in", "from the template flask-blueprints.")
        terminal.press("enter")
        assert terminal.finish() == 0, terminal.text
        assert terminal.is_restored
    assert "template: flask-blueprints" in (project / ".copier-answers.yml").read_text()


def test_leaving_the_questions_of_an_adoption_writes_nothing(tmp_path: Path) -> None:
    project = repository_of(tmp_path / "shop", FLASK)
    arguments = [sys.executable, "-m", "waypost", "adopt"]
    with PseudoTerminal(arguments, folder=str(project), environment={"HOME": str(tmp_path / "home")}) as terminal:
        terminal.wait_for("What are you building?", "Enter accepts")
        terminal.press("ctrl-c")
        assert terminal.finish() == 130, terminal.text
    assert not (project / ".copier-answers.yml").exists()


def test_copier_is_not_imported_for_templates_that_need_none(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from waypost.cli.run import run; code = run(sys.argv[2:]); "
        "Path(sys.argv[1]).write_text(str('copier' in sys.modules)); sys.exit(code)"
    )
    arguments = [sys.executable, "-c", script, str(tmp_path / "found.txt"), "new", "shop", "--no-git"]
    with PseudoTerminal(arguments, folder=str(tmp_path), environment={"HOME": str(tmp_path / "home")}) as terminal:
        terminal.wait_for("What are you building?", "Enter accepts")
        terminal.press("ctrl-c")
        assert terminal.finish() == 130, terminal.text
    assert (tmp_path / "found.txt").read_text() == "False"


@pytest.mark.parametrize(
    ("setting", "said"),
    [("database=postgres", "did you mean 'postgresql'?"), ("package_name=flask", "package_name: 'flask' is taken")],
)
def test_a_value_that_is_wrong_in_itself_is_told_before_the_first_question(
    tmp_path: Path, setting: str, said: str
) -> None:
    arguments = [sys.executable, "-m", "waypost", "new", "shop", "--no-git", "--set", setting]
    with PseudoTerminal(arguments, folder=str(tmp_path), environment={"HOME": str(tmp_path / "home")}) as terminal:
        assert terminal.finish() == 3, terminal.text
        assert said in terminal.words
        assert "What are you building?" not in terminal.words


def test_a_folder_that_is_taken_costs_no_answer(tmp_path: Path) -> None:
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "kept.txt").touch()
    arguments = [sys.executable, "-m", "waypost", "new", "--no-git", "--set", "project_name=Shop"]
    arguments += [part for key, value in SETTLED.items() for part in ("--set", f"{key}={value}")]
    with PseudoTerminal(arguments, folder=str(tmp_path), environment={"HOME": str(tmp_path / "home")}) as terminal:
        terminal.wait_for(VERDICT)
        terminal.press("enter")
        terminal.wait_for(SUMMARY)
        terminal.press("enter")
        terminal.wait_for("Create it in ./shop?")
        terminal.press("enter")
        terminal.wait_for("shop is not empty; nothing in it was touched. Change the project slug", SUMMARY)
        terminal.press("down", "down", "down", "enter")
        terminal.wait_for("Enter accepts", without=SUMMARY)
        terminal.press("ctrl-u", "corner-shop", "enter")
        terminal.wait_for(SUMMARY)
        terminal.press("enter")
        terminal.wait_for("Create it in ./corner-shop?")
        terminal.press("enter")
        assert terminal.finish() == 0, terminal.text
    assert (tmp_path / "corner-shop" / ".copier-answers.yml").is_file()
    assert [path.name for path in (tmp_path / "shop").iterdir()] == ["kept.txt"]


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM], ids=["SIGINT", "SIGTERM"])
def test_a_signal_leaves_as_ctrl_c_does(command: PseudoTerminal, tmp_path: Path, signum: int) -> None:
    command.kill(signum)
    assert command.finish() == 130, command.text
    assert command.is_restored
    assert "Traceback" not in command.text
    assert not list(tmp_path.iterdir())


# Runs Waypost, and sends a signal to itself the first time that a function of a file is called or, after it, returns.
STRUCK = """
import os, sys
from waypost.__main__ import main

file, function, event, number = sys.argv[1:5]
del sys.argv[1:5]


def watch(frame, happening, _):
    if happening == event and frame.f_code.co_name == function and frame.f_code.co_filename.endswith(file):
        sys.setprofile(None)
        os.kill(os.getpid(), int(number))


sys.setprofile(watch)
main()
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["SIGINT", "SIGTERM"])
@pytest.mark.parametrize(
    ("file", "function", "event"),
    [
        ("asyncio/selector_events.py", "__init__", "call"),
        ("application/application.py", "run_async", "call"),
        ("input/vt100.py", "__enter__", "return"),
        ("input/vt100.py", "__exit__", "call"),
        ("asyncio/base_events.py", "shutdown_asyncgens", "call"),
        ("asyncio/selector_events.py", "close", "return"),
    ],
)
def test_a_signal_at_the_worst_moment_of_a_question_leaves_the_terminal_as_it_was(
    tmp_path: Path, file: str, function: str, event: str, number: signal.Signals
) -> None:
    struck = (sys.executable, "-c", STRUCK, file, function, event, str(int(number)))
    arguments = [*struck, "new", "shop", "--no-git"]
    with PseudoTerminal(arguments, folder=str(tmp_path), environment={"HOME": str(tmp_path / "home")}) as terminal:
        if function not in {"__init__", "run_async", "__enter__"}:
            terminal.wait_for("What are you building?", "Enter accepts")
            terminal.press("enter")
        assert terminal.finish() == 130, terminal.text
        assert terminal.is_restored
        assert "Stopped; nothing was written." in terminal.text
        assert not {"Traceback", "Exception ignored", "Warning"} & set(
            re.findall(r"Exception ignored|\w+", terminal.text)
        )
    assert not list(tmp_path.iterdir())


# The README's picture


def test_the_picture_refers_to_nothing_outside_itself() -> None:
    picture = (ROOT / "docs" / "wizard.svg").read_text(encoding="utf-8")
    ET.fromstring(picture)
    assert set(re.findall(r"https?://[^\"' )]*", picture)) == {"http://www.w3.org/2000/svg"}
    assert "url(" not in picture.replace("url(#", "")


def test_the_picture_shows_the_questions_of_today() -> None:
    picture = ET.parse(ROOT / "docs" / "wizard.svg")
    shown = "".join(picture.getroot().itertext()).replace("\N{NO-BREAK SPACE}", " ")
    for key in ("kind", next_question({"kind": "ecommerce"})):
        assert catalogue().by_key[str(key)].help in shown
