"""Defaults < YAML file < environment < options, and errors that help."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from fewshot_fer.errors import SettingsError
from fewshot_fer.settings import Settings, load_settings

pytestmark = pytest.mark.usefixtures("empty_folder")


def write(text: str, name: str = "fewshot-fer.yaml") -> Path:
    path = Path(name)
    path.write_text(text, encoding="utf-8")
    return path


def test_nothing_given_is_the_defaults() -> None:
    assert load_settings(None, {}, {}) == Settings()


def test_each_source_overrules_the_one_before() -> None:
    file = write("port: 1\nthreads: 1\nmin_face: 21")
    env = {"FEWSHOT_FER_PORT": "2", "FEWSHOT_FER_THREADS": "2"}
    settings = load_settings(file, env, {"port": 3})
    assert (settings.min_face, settings.threads, settings.port) == (21, 2, 3)


def test_an_option_that_was_not_given_overrules_nothing() -> None:
    assert load_settings(None, {"FEWSHOT_FER_PORT": "2"}, {"port": None}).port == 2


def test_an_empty_variable_is_not_set() -> None:
    assert load_settings(None, {"FEWSHOT_FER_DATA": ""}, {}).data is None


def test_the_file_of_the_working_folder_is_read() -> None:
    write("support_sets: elsewhere")
    assert load_settings(None, {}, {}).support_sets == Path("elsewhere")


def test_a_file_that_was_named_replaces_the_one_of_the_working_folder() -> None:
    write("port: 1\nthreads: 7")
    settings = load_settings(write("port: 2", "mine.yaml"), {}, {})
    assert (settings.port, settings.threads) == (2, Settings().threads)


@pytest.mark.parametrize("text", ["", "# nothing yet\n"], ids=["empty", "comment"])
def test_an_empty_file_is_fine(text: str) -> None:
    assert load_settings(write(text), {}, {}) == Settings()


def test_thresholds_come_as_a_list_or_with_commas() -> None:
    from_file = load_settings(write("thresholds: [0.5, 0.6, 0.7]"), {}, {})
    from_env = load_settings(None, {"FEWSHOT_FER_THRESHOLDS": "0.5,0.6,0.7"}, {})
    assert from_file.thresholds == from_env.thresholds == (0.5, 0.6, 0.7)


def test_settings_do_not_change() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        Settings().port = 1


@pytest.mark.parametrize(
    ("text", "env", "options", "where"),
    [
        ("prot: 1", {}, {}, "fewshot-fer.yaml: prot"),
        ("", {"FEWSHOT_FER_PROT": "1"}, {}, "FEWSHOT_FER_PROT"),
        ("", {}, {"prot": 1}, "--prot"),
    ],
    ids=["file", "environment", "option"],
)
def test_an_unknown_key_names_its_place_and_the_nearest_known_one(
    text: str, env: dict[str, str], options: dict[str, object], where: str
) -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings(write(text), env, options)
    assert caught.value.where == where
    assert "`port`" in caught.value.next_step


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("port", "abc"),
        ("port", 99_999),
        ("port", True),
        ("threads", 0),
        ("precision", "fp16"),
        ("thresholds", "0.6,0.7"),
        ("thresholds", "0.6,0.7,2"),
        ("thresholds", [0.6, "high", 0.7]),
        ("support_sets", ["a", "b"]),
        ("seed", 1.5),
    ],
)
def test_a_wrong_value_names_its_place_the_value_and_the_default(key: str, value: object) -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings(None, {}, {key: value})
    assert caught.value.where == f"--{key.replace('_', '-')}"
    assert key in caught.value.what
    assert "the default is" in caught.value.next_step


@pytest.mark.parametrize(
    "text", ["- a\n- b", "just words", "a: [1", "\tport: 1"], ids=["list", "text", "open", "tab"]
)
def test_a_file_without_settings_is_refused(text: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings(write(text), {}, {})
    assert caught.value.where == "fewshot-fer.yaml"


def test_a_file_that_is_not_text_is_refused() -> None:
    Path("binary.yaml").write_bytes(b"\xff\xfe\x00\x80")
    with pytest.raises(SettingsError, match="not YAML"):
        load_settings(Path("binary.yaml"), {}, {})


def test_a_named_file_that_is_missing_is_refused() -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings(Path("nowhere.yaml"), {}, {})
    assert caught.value.where == "nowhere.yaml"


def test_every_setting_says_what_it_is() -> None:
    assert [key for key, field in Settings.model_fields.items() if not field.description] == []


def test_the_web_apps_password_is_nobody_elses_business() -> None:
    assert load_settings(None, {"FEWSHOT_FER_PASSWORD": "correct horse"}, {}) == Settings()
