"""What the documents promise is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from fewshot_fer.settings import Settings

REPOSITORY = Path(__file__).parent.parent
DOCUMENTS = [
    REPOSITORY / "README.md",
    REPOSITORY / "CREDITS.md",
    *sorted((REPOSITORY / "docs").glob("*.md")),
]


def settings_table() -> str:
    rows = ["| setting | default | what it is |", "| --- | --- | --- |"]
    for name, field in Settings.model_fields.items():
        default = "" if field.default is None else f"`{field.default}`"
        rows.append(f"| `{name}` | {default} | {field.description} |")
    return "\n".join(rows)


def test_every_setting_is_documented_as_it_is() -> None:
    assert settings_table() in (REPOSITORY / "docs/settings.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_inside_the_repository_leads_somewhere(document: Path) -> None:
    targets = re.findall(r"\]\((?!https?:)([^)#]+)", document.read_text(encoding="utf-8"))
    assert [target for target in targets if not (document.parent / target).exists()] == []


def test_every_path_of_the_architecture_exists() -> None:
    text = (REPOSITORY / "docs/architecture.md").read_text(encoding="utf-8")
    paths = set(re.findall(r"`(fewshot_fer/[\w/.]*|tests/[\w/.]+)`", text))
    assert len(paths) > 10
    assert sorted(path for path in paths if not (REPOSITORY / path).exists()) == []


def test_it_speaks_of_expressions_alone() -> None:
    texts = [*REPOSITORY.glob("*.md"), *(REPOSITORY / "docs").glob("*.md")]
    texts += (REPOSITORY / "fewshot_fer").rglob("*.py")
    # FER-2013's own name of its column, and of the index of people, is not ours to change.
    wrong = re.compile(r"(?<![\"'`_,])\b(feelings?|emotions?)\b(?![\"'`_,])", re.IGNORECASE)
    found = {
        str(path.relative_to(REPOSITORY)): wrong.findall(path.read_text(encoding="utf-8"))
        for path in texts
    }
    assert {path: words for path, words in found.items() if words} == {}
