from __future__ import annotations

import pytest

from fewshot_fer.errors import StudentError
from fewshot_fer.students.store.names import (
    checked_id,
    display_name,
    expression_name,
    known_expression,
    random_id,
)


@pytest.mark.parametrize(
    "bad",
    ["../x", "/etc", "a/b", "a\\b", "a\0b", "", ".", "..", "con", "nul", "com1", "_class"],
)
def test_an_id_that_could_lead_elsewhere_is_refused(bad: str) -> None:
    with pytest.raises(StudentError):
        checked_id(bad)


@pytest.mark.parametrize("bad", ["AAA", "x" * 41, "-ab", "ab-", ".git", "ab\n", "äbc", "a b c"])
def test_an_id_that_is_not_of_our_making_is_refused(bad: str) -> None:
    with pytest.raises(StudentError):
        checked_id(bad)


def test_our_own_ids_are_allowed_and_differ() -> None:
    ids = {random_id() for _ in range(50)}
    assert len(ids) == 50
    assert all(checked_id(one) == one for one in ids)


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("Anna / Ben", "Anna / Ben"),
        ("  Zoë   Ångström ", "Zoë Ångström"),
        ("Zoe\u0308", "Zoë"),
        ("Zoe\u200e\u0308", "Zoë"),
        ("\u202eannA\u202c", "annA"),
        ("🦊", "🦊"),
        ("👩‍🎓 Kim", "👩‍🎓 Kim"),
        ("../../etc", "../../etc"),
        ("שרה", "שרה"),
        ("7", "7"),
    ],
)
def test_names_are_for_people_and_only_tidied(typed: str, shown: str) -> None:
    assert display_name(typed) == shown


@pytest.mark.parametrize("bad", ["", "  ", "\u200f", "a\0b", "a\nb", "\x1b[31mred", "x" * 300, "…"])
def test_a_name_that_cannot_be_shown_is_refused(bad: str) -> None:
    with pytest.raises(StudentError) as caught:
        display_name(bad)
    assert "\0" not in str(caught.value)
    assert len(str(caught.value)) < 250


@pytest.mark.parametrize(
    ("typed", "name"), [("Confused", "confused"), ("half asleep", "half-asleep"), ("Müde", "müde")]
)
def test_an_expression_gets_a_plain_name(typed: str, name: str) -> None:
    assert expression_name(typed) == name


@pytest.mark.parametrize(
    "bad", ["", "../x", "a/b", "nul", "unsure", "a.b", "1st", "x" * 33, "🙂", "a\0", "-", "none"]
)
def test_an_expression_that_could_not_be_a_folder_is_refused(bad: str) -> None:
    with pytest.raises(StudentError):
        expression_name(bad)


def test_an_unknown_expression_names_the_nearest() -> None:
    with pytest.raises(StudentError, match="Did you mean 'happy'"):
        known_expression("hapy", ("happy", "sad"))
    with pytest.raises(StudentError, match="Known are happy, sad"):
        known_expression("zzz", ("happy", "sad"))
