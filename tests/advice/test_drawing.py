"""The verdict as it is drawn on a terminal."""

from __future__ import annotations

import pytest

from waypost.advice.recommend import recommend
from waypost.advice.shown.drawing import draw_recommendation
from waypost.advice.shown.text import recommendation_text


def words(text: str) -> list[str]:
    return "".join(character if character.isalnum() else " " for character in text).split()


@pytest.mark.parametrize("width", [40, 80, 200])
def test_what_is_drawn_fits_the_terminal_and_keeps_every_reason(
    width: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    recommendation = recommend({"kind": "ecommerce", "experience": "beginner"})
    draw_recommendation(recommendation)
    drawn = capsys.readouterr().out
    assert max(len(line.rstrip()) for line in drawn.splitlines()) <= min(width, 100)
    assert set(words(recommendation_text(recommendation))) - {"points", "for"} <= set(words(drawn))


def test_without_evidence_nothing_is_weighed(capsys: pytest.CaptureFixture[str]) -> None:
    draw_recommendation(recommend({}))
    assert "Flask 0" not in capsys.readouterr().out


def test_without_a_terminal_there_is_no_colour(capsys: pytest.CaptureFixture[str]) -> None:
    draw_recommendation(recommend({"kind": "cms"}))
    assert "\x1b" not in capsys.readouterr().out
