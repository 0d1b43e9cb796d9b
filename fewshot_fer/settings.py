"""What can be set, and from where: defaults < YAML file < environment < command line."""

from __future__ import annotations

from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from fewshot_fer.engine import Precision
from fewshot_fer.errors import SettingsError
from fewshot_fer.measures import KEEP_DAYS, THRESHOLDS
from fewshot_fer.plain_yaml import read_yaml

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

DEFAULT_FILE: Final = Path("fewshot-fer.yaml")
PREFIX: Final = "FEWSHOT_FER_"
_NO_SETTINGS: Final = frozenset({"FEWSHOT_FER_PASSWORD"})
"""`serve` takes it out of the environment; other commands pass over it."""

Probability = Annotated[float, Field(ge=0, le=1)]


def _split(value: object) -> object:
    """Three numbers in an environment variable are written `0.6,0.7,0.7`."""
    return tuple(value.split(",")) if isinstance(value, str) else value


def _no_truth(value: object) -> object:
    """YAML reads `yes` as true, and Python takes true for 1."""
    if isinstance(value, bool):
        raise ValueError("a number is needed")
    return value


Whole = Annotated[int, BeforeValidator(_no_truth)]


class Settings(BaseModel):
    """Every setting with its default; frozen."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    support_sets: Path = Field(default=Path("support_sets"), description="the students' folder")
    checkpoint: Path | None = Field(
        default=None, description="another checkpoint than the one shipped"
    )
    identity: Path | None = Field(
        default=None, description="another network that tells people apart than the one shipped"
    )
    on_device_files: Path = Field(
        default=Path("on_device"),
        description="what students' own devices read with, made by `fewshot-fer export`",
    )
    data: Path | None = Field(default=None, description="training and evaluation data")
    records: str = Field(default="sqlite:///fewshot-fer.db", description="the database of sessions")
    shared: str | None = Field(
        default=None,
        description="the PostgreSQL through which several servers share students, links and who "
        "holds which class",
    )
    precision: Precision = Field(
        default="bf16", description="the engine's arithmetic: bf16 (or eight bits), or f32"
    )
    threads: Whole = Field(default=1, ge=1, le=256, description="engine threads of one worker")
    min_face: Whole = Field(
        default=20, ge=12, le=4096, description="the smallest face to find, in pixels"
    )
    thresholds: Annotated[tuple[Probability, Probability, Probability], BeforeValidator(_split)] = (
        Field(default=THRESHOLDS, description="the detector's three thresholds")
    )
    base_rates: Literal["lesson", "everyday", "even"] = Field(
        default="lesson",
        description="how often expressions are expected: as in everyday pictures, and then as "
        "this lesson shows (`lesson`), always as there (`everyday`), or all alike (`even`)",
    )
    reads: Literal["agreed", "everybody"] = Field(
        default="agreed",
        description="whose expressions a lesson reads: of those who agreed (`agreed`), or, where "
        "that is allowed, also of faces that are nobody's (`everybody`)",
    )
    on_device: Literal["off", "allowed", "preferred", "required"] = Field(
        default="allowed",
        description="whether students' pictures may (`allowed`), should (`preferred`) or must "
        "(`required`) be read on their own devices, so that none is sent; or never (`off`)",
    )
    keep_days: Whole = Field(
        default=KEEP_DAYS,
        ge=1,
        le=36_500,
        description="for how many days the recorded numbers of single students are kept; the "
        "agreement names them",
    )
    host: str = Field(default="127.0.0.1", min_length=1, description="where the web app listens")
    port: Whole = Field(default=8501, ge=1, le=65_535, description="the web app's port")
    seed: Whole = Field(default=0, ge=0, description="for everything drawn by chance")


def load_settings(
    file: Path | None, env: Mapping[str, str], overrides: Mapping[str, object]
) -> Settings:
    """Merge the sources; without a file, `fewshot-fer.yaml` in the working folder if there is one.

    Overrides that are None were not given.
    """
    values: dict[str, object] = {}
    origins: dict[str, str] = {}
    for source in (_from_file(file), _from_environment(env), _from_options(overrides)):
        for key, value, origin in source:
            _check_known(key, origin)
            values[key], origins[key] = value, origin
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        raise _wrong_value(error, origins) from error


def _from_file(file: Path | None) -> Iterator[tuple[str, object, str]]:
    if file is None:
        if not DEFAULT_FILE.exists():
            return
        file = DEFAULT_FILE
    for key, value in _read_yaml(file).items():
        yield str(key), value, f"{file}: {key}"


def _from_environment(env: Mapping[str, str]) -> Iterator[tuple[str, object, str]]:
    for name in sorted(env):
        # An empty variable is how a shell says "not set".
        if name.startswith(PREFIX) and env[name] and name not in _NO_SETTINGS:
            yield name.removeprefix(PREFIX).lower(), env[name], name


def _from_options(overrides: Mapping[str, object]) -> Iterator[tuple[str, object, str]]:
    for key, value in overrides.items():
        if value is not None:
            yield key, value, f"--{key.replace('_', '-')}"


def _read_yaml(file: Path) -> dict[Any, object]:
    try:
        content = read_yaml(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(
            f"The settings file cannot be read: {error.strerror or error}.",
            where=str(file),
            next_step="Check the path of the settings.",
        ) from error
    except ValueError as error:
        raise SettingsError(
            f"The settings file is not YAML: {error}.",
            where=str(file),
            next_step="Write one `name: value` a line.",
        ) from error
    if content is None:
        return {}
    if not isinstance(content, dict):
        raise SettingsError(
            "The settings file holds no settings.",
            where=str(file),
            next_step="Write one `name: value` a line.",
        )
    return content


def _check_known(key: str, origin: str) -> None:
    if key in Settings.model_fields:
        return
    near = get_close_matches(key, Settings.model_fields, n=1, cutoff=0.5)
    advice = f"Did you mean `{near[0]}`? " if near else ""
    raise SettingsError(
        f"There is no setting `{key}`.",
        where=origin,
        next_step=f"{advice}The settings are: {', '.join(Settings.model_fields)}.",
    )


def _wrong_value(error: ValidationError, origins: Mapping[str, str]) -> SettingsError:
    first = error.errors(include_url=False)[0]
    key = str(first["loc"][0])
    field = Settings.model_fields[key]
    reason = first["msg"].removeprefix("Value error, ")
    return SettingsError(
        f"`{key}` cannot be {first['input']!r}: {reason[0].lower()}{reason[1:]}.",
        where=origins.get(key, key),
        next_step=f"It is {field.description}; the default is {field.default}.",
    )
