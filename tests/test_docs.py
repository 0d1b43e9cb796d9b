"""What the documents promise is there."""

from __future__ import annotations

import inspect
import json
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from fewshot_fer import look
from fewshot_fer.settings import Settings
from tests.notebooks import run

REPOSITORY = Path(__file__).parent.parent
DOCUMENTS = [
    *sorted(REPOSITORY.glob("*.md")),
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


def anchors(document: Path) -> set[str]:
    """What the headings of a document are called in a link."""
    headings = re.findall(r"^#+ (.+)$", document.read_text(encoding="utf-8"), re.M)
    tidy = (re.sub(r"[^\w\- ]", "", re.sub(r"[`*]", "", one)).strip().lower() for one in headings)
    return {re.sub(r"\s+", "-", one) for one in tidy}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_into_a_document_finds_its_heading(document: Path) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]*)#([^)]+)\)", document.read_text(encoding="utf-8"))
    lost = {
        (name, anchor)
        for name, anchor in links
        if anchor not in anchors(document.parent / name if name else document)
    }
    assert lost == set()


def test_the_site_has_every_document_once() -> None:
    """The README, the credits and the notebook become pages of it (`docs/hooks.py`)."""
    site = yaml.safe_load((REPOSITORY / "mkdocs.yml").read_text(encoding="utf-8"))
    pages = sorted(pages_of(site["nav"]))
    written = [path.name for path in (REPOSITORY / "docs").glob("*.md")]
    assert pages == sorted([*written, "index.md", "credits.md", "first-steps.md"]), "see mkdocs.yml"
    assert site["theme"]["font"] is False, "no font comes from another host"


def pages_of(nav: object) -> Iterator[str]:
    if isinstance(nav, str):
        yield nav
    for part in nav.values() if isinstance(nav, dict) else nav if isinstance(nav, list) else ():
        yield from pages_of(part)


def test_the_reference_names_what_there_is() -> None:
    names = re.findall(r"^::: (.+)$", (REPOSITORY / "docs/reference.md").read_text(), re.M)
    assert len(names) > 20
    for name in names:
        assert inspect.getdoc(pkgutil.resolve_name(name)), name


@pytest.mark.slow
def test_the_notebook_runs_and_shows_what_it_did() -> None:
    path = REPOSITORY / "docs/first-steps.ipynb"
    stored = json.loads(path.read_text(encoding="utf-8"))
    again = run(path)
    for before, after in zip(stored["cells"], again["cells"], strict=True):
        assert kinds(before) == kinds(after), before["source"]
    said = [line for cell in again["cells"] for one in cell.get("outputs", ())
            for line in one.get("text", ())]  # fmt: skip
    assert [line for line in said if re.match("6 faces, [1-6] of them clearly read", line)]
    report = again["cells"][-2]["outputs"][-1]["data"]["text/html"]
    assert "iframe" in report[0]


def kinds(cell: dict[str, Any]) -> list[tuple[str, list[str]]]:
    """What kinds of output a cell has; what they say depends on chance and light."""
    return [(one["output_type"], sorted(one.get("data", ()))) for one in cell.get("outputs", ())]


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


def test_the_page_of_parts_shows_every_part() -> None:
    styles = look.sheet("elements", "parts")
    named = set(re.findall(r"\.([a-z]+)", re.sub(r"\{[^}]*\}", "", styles)))
    page = (REPOSITORY / "docs/look.html").read_text(encoding="utf-8")
    shown = {name for found in re.findall(r'class="([^"]*)"', page) for name in found.split()}
    assert named - shown == {"top", "foot", "all"}, "the frame of a page is not shown in a page"
    used = set(re.findall(r"var\(--([\w-]+)", styles))
    assert used - set(look.tokens()[0]) == {"width"}
