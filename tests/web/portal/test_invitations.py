"""Join links: signed, over by themselves, revocable, and their QR code."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from fewshot_fer.errors import MissingError, SignInError
from fewshot_fer.web.access.tokens import Signer
from fewshot_fer.web.portal.invitations import MOST_NEW, Invitations, join_link


@dataclass
class Clock:
    time: float = 1_000_000.0

    def __call__(self) -> float:
        return self.time


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def invitations(tmp_path: Path, clock: Clock) -> Invitations:
    return Invitations(tmp_path / "web", Signer(b"k" * 32, clock), clock)


def test_a_link_says_which_class_and_for_whom(invitations: Invitations) -> None:
    made = invitations.make("c1", "7b", student="abc12345", may_pick=("s1", "s2"))
    assert invitations.read(invitations.token(made)) == made


def test_a_link_is_good_after_a_restart(
    invitations: Invitations, tmp_path: Path, clock: Clock
) -> None:
    made = invitations.make("c1", "7b")
    token = invitations.token(made)
    again = Invitations(tmp_path / "web", Signer(b"k" * 32, clock), clock)
    assert again.read(token) == made


def test_a_link_ends_by_itself(invitations: Invitations, clock: Clock) -> None:
    made = invitations.make("c1", "7b", hours=2)
    token = invitations.token(made)
    clock.time += 2 * 3600 - 1
    assert invitations.read(token) == made
    clock.time += 1
    with pytest.raises(SignInError, match="over"):
        invitations.read(token)
    assert invitations.listed() == ()


def test_an_altered_link_is_refused(invitations: Invitations) -> None:
    token = invitations.token(invitations.make("c1", "7b"))
    # Not at the very end, where a letter's last bits say nothing.
    another = "x" if token[-9] != "x" else "y"
    for wrong in (
        token[:-9] + another + token[-8:],
        "x" + token,
        token[: len(token) // 2],
        "",
        "x" * 5_000,
    ):
        with pytest.raises(SignInError, match="not a whole join link"):
            invitations.read(wrong)


def test_a_cookie_is_no_link(invitations: Invitations, clock: Clock) -> None:
    made = invitations.make("c1", "7b")
    cookie = Signer(b"k" * 32, clock).sign("student", {"id": made.id}, lifetime_s=99)
    with pytest.raises(SignInError):
        invitations.read(cookie)


def test_a_revoked_link_is_worthless_and_others_stay(invitations: Invitations) -> None:
    first, second = invitations.make("c1", "7b"), invitations.make("c1", "7b")
    token = invitations.token(first)
    invitations.revoke(first.id)
    with pytest.raises(SignInError, match="taken it back"):
        invitations.read(token)
    assert invitations.listed("c1") == (second,)
    with pytest.raises(MissingError):
        invitations.revoke(first.id)


def test_links_end_with_their_class_and_with_their_student(invitations: Invitations) -> None:
    gone, personal = invitations.make("c1", "7b"), invitations.make("c2", "8a", student="s1")
    stays = invitations.make("c2", "8a")
    invitations.end("c1")
    invitations.forget("s1")
    assert invitations.listed() == (stays,)
    for one in (gone, personal):
        with pytest.raises(SignInError):
            invitations.read(invitations.token(one))


def test_one_link_lets_in_no_crowd(invitations: Invitations) -> None:
    made = invitations.make("c1", "7b")
    for _ in range(MOST_NEW):
        invitations.count_new(made)
    with pytest.raises(SignInError, match="as many as one link may"):
        invitations.count_new(made)


def test_the_file_is_for_nobody_else(invitations: Invitations, tmp_path: Path) -> None:
    invitations.make("c1", "7b")
    assert (tmp_path / "web" / "invitations.json").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("address", "warns_of"),
    [
        ("https://school.example/", None),
        ("http://school.example:8501/class", "https://"),
        ("http://127.0.0.1:8501/", "this computer"),
        ("https://localhost:8501/", "this computer"),
        ("http://[::1]:8501/", "this computer"),
    ],
)
def test_the_link_is_under_the_teachers_own_address_and_says_what_is_wrong_with_it(
    invitations: Invitations, address: str, warns_of: str | None
) -> None:
    link = join_link(invitations, invitations.make("c1", "7b <b>"), address)
    assert link.url.startswith("/".join(address.split("/")[:3]) + "/join/")
    # A code that cannot work is not shown.
    assert link.qr.startswith("<svg") if warns_of is None else link.qr == ""
    assert "<b>" not in link.qr
    assert (link.warning is None) if warns_of is None else (warns_of in (link.warning or ""))
