"""The configuration's file, and what differs between two."""

from __future__ import annotations

from pathlib import Path

import pytest

from fewshot_fer.errors import TrainingError
from fewshot_fer.training.config import differences, parse_config, read_config

DEFAULT = Path(__file__).parents[2] / "fewshot_fer" / "training" / "default.yaml"


def test_the_default_configuration_can_be_read() -> None:
    config = read_config(DEFAULT)
    assert config.stages[0].name == "distil"
    assert config.network.widths == (48, 96, 192, 384)


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        ({"stages": [], "sed": 1}, "Did you mean `seed`"),
        ({"stages": [{"name": "a", "epochs": 1, "batsh": 2}]}, "Did you mean `batch`"),
        ({"stages": [{"name": "a", "epochs": 1, "losses": {"vote": 2}}]}, "`votes`"),
        ({"stages": [{"name": "a"}]}, "epochs"),
        ({"stages": [{"name": "a", "epochs": "many"}]}, "type int"),
        ({"stages": [{"name": "a", "epochs": True}]}, "type int"),
        ({"stages": 3}, "A list is due"),
        ({"seed": 3}, "stages"),
        ([], "A mapping is due"),
    ],
)
def test_what_is_wrong_is_named(raw: object, says: str) -> None:
    with pytest.raises(TrainingError, match=says):
        parse_config(raw)


def test_whole_numbers_serve_where_fractions_are_due() -> None:
    config = parse_config({"stages": [{"name": "a", "epochs": 1, "learning_rate": 1}], "ema": 0})
    assert config.stages[0].learning_rate == 1.0


def test_the_digest_changes_with_any_value() -> None:
    raw = {"stages": [{"name": "a", "epochs": 1}]}
    one, other = parse_config(raw), parse_config({**raw, "weight_decay": 0.1})
    assert one.digest() == parse_config(raw).digest() != other.digest()


@pytest.mark.parametrize(("text", "says"), [(None, "cannot be read"), ("a: [", "cannot be read")])
def test_a_file_that_cannot_be_read(tmp_path: Path, text: str | None, says: str) -> None:
    path = tmp_path / "x.yaml"
    if text is not None:
        path.write_text(text)
    with pytest.raises(TrainingError, match=says):
        read_config(path)


def test_differences_are_named_down_to_the_key() -> None:
    old = {"a": 1, "b": {"c": 2, "d": 3}, "e": 4}
    new = {"a": 1, "b": {"c": 5, "d": 3}, "f": 6}
    assert differences(old, new) == ["b.c: 2 -> 5", "e: 4 -> None", "f: None -> 6"]
