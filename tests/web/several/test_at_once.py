"""Two processes make links and tokens, sign out and guess at once: nothing of it is lost."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from fewshot_fer.errors import SignInError
from fewshot_fer.web.portal.invitations import Invitations
from tests.fakes.waiting import PATIENCE_S
from tests.web.several.busy import EACH
from tests.web.several.conftest import Host

REPOSITORY = Path(__file__).parents[3]


def test_all_of_what_two_processes_do_at_once_is_kept(hosts: list[Host]) -> None:
    cookies = [hosts[0].known.teacher_cookie() for _ in range(2 * EACH)]
    began = time.time()
    at_work = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.web.several.busy", one.settings.model_dump_json(),
             *theirs],
            cwd=REPOSITORY, stdout=subprocess.PIPE, text=True,
        )
        for one, theirs in zip(hosts, (cookies[:EACH], cookies[EACH:]), strict=True)
    ]  # fmt: skip
    let_through = sum(int(one.communicate(timeout=4 * PATIENCE_S)[0]) for one in at_work)
    took = time.time() - began
    for host in hosts:
        host.look()
        here = host.known
        assert len(Invitations(host.place, here.signer, time.time).listed()) == 2 * EACH
        assert len(here.tokens.listed()) == 2 * EACH
        assert [here.teacher(cookie, False) for cookie in cookies] == [None] * 2 * EACH
    # Five at once, and then one in twelve seconds: of both together.
    assert 5 <= let_through <= 5 + took / 12 + 1


def test_who_signs_out_elsewhere_is_out_here(hosts: list[Host]) -> None:
    here, there = hosts
    cookie, (token, made) = here.known.teacher_cookie(), here.known.tokens.make("a script")
    there.look()
    assert there.known.teacher(cookie, False) is not None
    assert there.known.tokens.read(token).role == "teacher"
    turns = there.known.turns
    here.known.sign_out(cookie)
    there.look()
    assert there.known.teacher(cookie, False) is None
    assert there.known.turns > turns, "open sockets are looked at again"
    turns = there.known.turns
    here.known.tokens.revoke(made.id)
    there.look()
    assert there.known.turns > turns
    with pytest.raises(SignInError):
        there.known.tokens.read(token)
