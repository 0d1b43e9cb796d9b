"""Reasons are values: every code has its words, and nothing reads them again."""

from __future__ import annotations

from fewshot_fer.reasons import Code, Reason
from fewshot_fer.sentences import SENTENCES, sentence, worded


def test_every_code_has_its_words() -> None:
    assert set(SENTENCES) == set(Code)


def test_a_sentence_holds_the_facts() -> None:
    close = Reason(Code.CLOSE, first="fear", second="surprise")
    assert sentence(close) == "Two expressions fit almost equally well: fear and surprise."
    assert worded(Reason(Code.TURNED)).next_step == "Look straight at the camera."


def test_equal_reasons_are_equal() -> None:
    assert Reason(Code.SMALL, pixels=20, needed=32) == Reason(Code.SMALL, pixels=20, needed=32)
    assert Reason(Code.SMALL, pixels=20, needed=32) != Reason(Code.SMALL, pixels=21, needed=32)
