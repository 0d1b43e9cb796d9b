"""What a teacher's keys do while a class is watched."""

from __future__ import annotations

import os
import pty
import sys
import termios
import tty
from collections.abc import Iterator
from pathlib import Path

import pytest

from fewshot_fer.cli.show.desk import HELP, Action, Desk, Mark, Name
from fewshot_fer.cli.show.keys import BACK, ENTER, ESCAPE, NoKeys, TerminalKeys, keyboard

CLASS = {"s1": "Anna", "s2": "Anja", "s3": "Ben", "s4": "An"}


def press(keys: str, desk: Desk | None = None) -> list[Action]:
    desk = desk or Desk(lambda: CLASS)
    done = [desk.press(key, faces=(1, 2, 12)) for key in keys]
    return [action for action in done if action is not None]


@pytest.mark.parametrize(
    ("keys", "actions"),
    [
        (f"n12{ENTER}be{ENTER}", [Name(12, "s3")]),
        (f"n1{ENTER}ANNA{ENTER}", [Name(1, "s1")]),
        (f"n1{ENTER}an{ENTER}", [Name(1, "s4")]),
        (f"n1{ENTER}-{ENTER}", [Name(1, None)]),
        (f"n1{ENTER}s2{ENTER}", [Name(1, "s2")]),
        (f"n2{BACK}1{ENTER}ben{ENTER}", [Name(1, "s3")]),
        (f"mgroup work {ENTER}", [Mark("group work")]),
        ("rpeq", ["recalibrate", "pause", "everybody", "end"]),
        ("xyz?", []),
    ],
)
def test_keys_become_what_they_mean(keys: str, actions: list[Action]) -> None:
    assert press(keys) == actions


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        (f"n7{ENTER}", "no such face"),
        (f"nx{ENTER}", "no such face"),
        (f"n1{ENTER}zoe{ENTER}", "nobody is called so"),
        (f"n1{ENTER}--{ENTER}", "nobody is called so"),
    ],
)
def test_what_cannot_be_meant_is_asked_again(keys: str, said: str) -> None:
    desk = Desk(lambda: CLASS)
    assert press(keys, desk) == []
    assert said in desk.line
    assert desk.naming


def test_who_is_meant_must_be_clear() -> None:
    desk = Desk(lambda: {"s1": "Anna", "s2": "Anja"})
    assert press(f"n1{ENTER}an{ENTER}", desk) == []
    assert "which of them?" in desk.line
    assert "Anja, Anna" in desk.line
    assert press(f"n{ENTER}", desk) == [Name(1, "s1")]


@pytest.mark.parametrize("keys", [f"n{ESCAPE}", f"n1{ENTER}{ESCAPE}", f"mabc{ESCAPE}", f"m{ENTER}"])
def test_everything_can_be_left(keys: str) -> None:
    desk = Desk(lambda: CLASS)
    assert press(keys, desk) == []
    assert desk.line == HELP
    assert press("q", desk) == ["end"]


def test_without_students_it_is_said() -> None:
    desk = Desk(dict)
    press("n", desk)
    assert "nobody is enrolled yet" in desk.line


# ---------------------------------------------------------------------- the terminal


@pytest.fixture
def terminal() -> Iterator[tuple[int, int]]:
    """The teacher's side and the program's side of a terminal."""
    teacher, program = pty.openpty()
    yield teacher, program
    os.close(teacher)
    os.close(program)


def test_a_terminal_gives_single_keys_and_is_as_before_afterwards(
    terminal: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    teacher, program = terminal
    with os.fdopen(os.dup(program)) as stdin:
        monkeypatch.setattr(sys, "stdin", stdin)
        before = termios.tcgetattr(program)

        def fail() -> None:
            with keyboard() as keys:
                assert keys.pressed() is None
                os.write(teacher, "nä\r\x7f\x1b[A\x1bOPq\x1b".encode())
                pressed = [keys.pressed() for _ in range(7)]
                assert pressed == ["n", "ä", ENTER, BACK, "q", ESCAPE, None]
                assert not termios.tcgetattr(program)[3] & termios.ECHO
                raise KeyError

        with pytest.raises(KeyError):
            fail()
        assert termios.tcgetattr(program) == before


def test_letters_of_several_bytes_and_broken_ones(terminal: tuple[int, int]) -> None:
    teacher, program = terminal
    tty.setcbreak(program)
    keys = TerminalKeys(program)
    os.write(teacher, "é".encode()[:1])
    os.write(teacher, "é".encode()[1:])
    assert keys.pressed() == "é"
    os.write(teacher, b"\xff\xff\xff\xff\xffq")
    assert "q" in [keys.pressed() for _ in range(8)]


def test_without_a_terminal_there_are_no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    with Path(os.devnull).open() as nothing:
        monkeypatch.setattr(sys, "stdin", nothing)
        with keyboard() as keys:
            assert isinstance(keys, NoKeys)
            assert keys.pressed() is None
