"""A class from the command line, and a picture that shows something else than it was said to."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from tests.students.recogniser import shown
from tests.students.terminal import Terminal


def test_a_class_is_enrolled_from_a_folder_and_who_waits_is_named(terminal: Terminal) -> None:
    for name, seed in (("Anna", 1), ("Ben", 2)):
        terminal.picture(f"7b/{name}.png", shown("neutral", seed))
    black = terminal.picture("7b/Cem.png", np.zeros((192, 192, 3), np.uint8))
    assert terminal.run("students", "enroll-many", "7b") == 1, "nobody has agreed"
    assert terminal.json("students", "list") == {"students": []}
    assert terminal.run("students", "enroll-many", "7b", "--consent", "Forms of 1 March") == 1
    assert "2 enrolled, 1 wait" in terminal.said
    assert "No picture of Cem can be used" in terminal.said
    assert "No face was found" in terminal.said
    Path(black).unlink()
    listed = terminal.json("students", "list")["students"]
    assert [one["name"] for one in listed] == ["Anna", "Ben"]
    page = terminal.json("students", "show", "Ben")
    assert (page["consent"]["by"], page["references"]) == ("Forms of 1 March", {"neutral": 1})
    assert terminal.run("students", "enroll-many", "7b", "--consent", "x", "--json") == 1
    assert "enrolled-already" in terminal.said


def test_doubts_about_a_class_are_left_out_where_that_is_wished(terminal: Terminal) -> None:
    terminal.picture("7b/Anna.png", shown("happy", 1))
    terminal.picture("7b/Ben.png", shown("neutral", 2))
    given = ("students", "enroll-many", "7b", "--consent", "Forms")
    assert terminal.run(*given, "--skip-doubtful") == 1
    assert "looks more like" in terminal.said
    terminal.run("students", "remove", "Ben", "--yes")
    came = terminal.json(*given)
    assert ([one["name"] for one in came["waiting"]], len(came["enrolled"])) == (["Anna"], 1)
    terminal.run("students", "remove", "Ben", "--yes")
    assert len(terminal.json(*given, "--keep-doubtful")["enrolled"]) == 2


def test_a_reference_is_said_to_show_another_expression(terminal: Terminal) -> None:
    terminal.enroll("Anna", "happy", "sad")
    page = terminal.json("students", "show", "Anna")
    assert page["references"] == {"happy": 1, "sad": 1}
    (happy,) = (terminal.folder / "support_sets").rglob("references/happy/*.png")
    changed = terminal.json("students", "relabel", "Anna", happy.stem[:8], "fear")
    assert changed["references"] == {"fear": 1, "sad": 1}
