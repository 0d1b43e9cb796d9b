"""Passwords, keys and tokens: how they are stored, and when they end."""

from __future__ import annotations

import hashlib
import stat
from base64 import b64encode
from pathlib import Path

import pytest
from argon2 import Type, extract_parameters
from hypothesis import given
from hypothesis import strategies as st

from fewshot_fer.errors import AccessError, SignInError, TooManyError
from fewshot_fer.web.access import passwords
from fewshot_fer.web.access.apitokens import ApiTokens
from fewshot_fer.web.access.credentials import is_loopback
from fewshot_fer.web.access.limits import Limiter
from fewshot_fer.web.access.tokens import Signer
from tests.web.access.doors import started_again
from tests.web.house import House, house_at, locked


def test_a_password_is_stored_as_a_slow_hash_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    stored = passwords.hashed("three small words")
    assert "three" not in stored
    assert stored != passwords.hashed("three small words"), "each has its own salt"
    costs = extract_parameters(stored)
    assert costs.type is Type.ID
    assert (costs.memory_cost, costs.time_cost) >= (19 * 1024, 2), "what OWASP asks for"
    assert passwords.fits("three small words", stored)
    assert not passwords.fits("three small word", stored)


def test_a_hash_of_scrypt_still_opens_and_is_hashed_anew(house: House) -> None:
    old = "scrypt$16$c2FsdHNhbHRzYWx0c2FsdA==$"
    secret = hashlib.scrypt(
        b"three small words", salt=b"saltsaltsaltsalt", n=16, r=8, p=1, dklen=32
    )
    file = house.folder / "password"
    file.write_text(old + b64encode(secret).decode())
    credentials = started_again(house)
    assert not credentials.fits("three small word")
    assert file.read_text().startswith("scrypt")
    assert credentials.fits("three small words")
    assert file.read_text().startswith("$argon2id$")
    assert started_again(house).fits("three small words")


@pytest.mark.parametrize("damaged", ["", "x", "scrypt$16$!$!", "scrypt$3$YQ==$YQ==", "a$b$c$d"])
def test_a_damaged_hash_lets_nobody_in(damaged: str) -> None:
    assert not passwords.fits("", damaged)


def test_the_key_is_made_once_for_our_eyes(house: House) -> None:
    first = locked(house).signer.sign("student", {"student": "s001"}, lifetime_s=60)
    key = house.folder / "secret.key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert stat.S_IMODE(house.folder.stat().st_mode) == 0o700
    again = started_again(house)
    assert again.signer.read("student", first) == {"student": "s001"}


def test_a_host_that_others_reach_gets_a_password_once(tmp_path: Path) -> None:
    house = house_at(tmp_path, host="0.0.0.0")
    made = house.credentials.made_up
    assert made is not None
    assert house.credentials.fits(made)
    assert made not in (house.folder / "password").read_text()
    assert started_again(house).made_up is None, "it is there already"


def test_a_password_file_that_cannot_be_read_locks_the_door(house: House) -> None:
    (house.folder / "password").mkdir()
    with pytest.raises(AccessError):
        started_again(house)


@pytest.mark.parametrize(
    ("host", "own"),
    [
        ("127.0.0.1", True), ("127.8.8.8", True), ("::1", True), ("[::1]", True),
        ("localhost", True), ("LocalHost", True), ("0.0.0.0", False), ("::", False),
        ("192.168.1.2", False), ("localhost.example.org", False), ("", False),
    ],
)  # fmt: skip
def test_what_is_this_machine(host: str, own: bool) -> None:
    assert is_loopback(host) is own


def test_a_signed_value_is_good_for_its_kind_and_time() -> None:
    clock = [0.0]
    signer = Signer(b"k" * 32, lambda: clock[0])
    token = signer.sign("join", {"class": "a"}, lifetime_s=10)
    assert signer.read("join", token) == {"class": "a"}
    for kind, altered in (("student", token), ("join", token[:-1] + "?"), ("join", "x" * 9_999)):
        with pytest.raises(SignInError):
            signer.read(kind, altered)
    with pytest.raises(SignInError):
        Signer(b"j" * 32, lambda: 0.0).read("join", token)
    clock[0] = 10.0
    with pytest.raises(SignInError, match="time"):
        signer.read("join", token)


@given(st.text(max_size=300))
def test_no_text_is_taken_for_a_token(text: str) -> None:
    with pytest.raises(SignInError):
        Signer(b"k" * 32, lambda: 0.0).read("student", text)


def test_tokens_are_stored_as_hashes_and_end(tmp_path: Path) -> None:
    clock = [0.0]
    tokens = ApiTokens(tmp_path, lambda: clock[0])
    text, made = tokens.make("a script", student="s001", lifetime_s=60)
    assert text not in (tmp_path / "tokens.json").read_text()
    assert tokens.read(text).student == "s001"
    assert ApiTokens(tmp_path, lambda: 0.0).read(text).role == "student", (
        "a restart changes nothing"
    )
    tokens.revoke(made.id)
    with pytest.raises(SignInError):
        tokens.read(text)
    late, _ = tokens.make("another", lifetime_s=60)
    clock[0] = 61.0
    with pytest.raises(SignInError):
        tokens.read(late)
    assert tokens.listed() == ()


def test_a_limiter_fills_again_with_time() -> None:
    clock = [0.0]
    limiter = Limiter(0.5, 2, lambda: clock[0])
    limiter.take("a")
    limiter.take("a")
    with pytest.raises(TooManyError) as caught:
        limiter.take("a")
    assert caught.value.seconds == pytest.approx(2.0)
    limiter.take("b")
    clock[0] = 2.0
    limiter.take("a")
    with pytest.raises(TooManyError):
        limiter.take("a")
