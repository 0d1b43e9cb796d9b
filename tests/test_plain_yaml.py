"""YAML that others wrote takes no more time and memory than it has bytes."""

from __future__ import annotations

import pytest

from fewshot_fer.plain_yaml import read_texts, read_yaml


def test_values_are_read_and_texts_stay_text() -> None:
    assert read_yaml(b"a: 1\nb: [yes, 2026-03-02x]") == {"a": 1, "b": [True, "2026-03-02x"]}
    assert read_texts(b"a: 1\nb: [yes, 0x10]") == {"a": "1", "b": ["yes", "0x10"]}


@pytest.mark.parametrize(
    "text",
    [
        b"a: &x 1\nb: *x",
        b"[" * 900_000,
        b"- " * 400_000,
        b"{a: " * 200_000,
        b"a: [",
        b"? [1]\n: 2",
        b"\xff\xfe\x00",
        b"!!python/object:os.system {}",
        b"a: " + b"9" * 5_000,
        b"a: !!float x",
        b"a: !!timestamp 2026-99-99",
    ],
)
def test_what_is_hostile_or_no_yaml_is_one_kind_of_error(text: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_yaml(text)


def test_a_number_of_many_parts_is_not_reckoned_where_text_is_due() -> None:
    assert read_texts(b"a: " + b"1:" * 400_000 + b"1")["a"].startswith("1:1:")
