"""What mkdocs does not do by itself: the README as a start, the notebook as a page, no other host.

The documents link to files outside of `docs/` as the repository has them; on the site the README is
`index.md`, the credits are `credits.md`, and every other such file is named without a link.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files

ROOT = Path(__file__).parent.parent
MADE = {"index.md": ROOT / "README.md", "credits.md": ROOT / "CREDITS.md"}
"""Pages of the site that lie elsewhere in the repository."""
NOTEBOOKS = {"first-steps.md": ROOT / "docs" / "first-steps.ipynb"}
SHEETS = ROOT / "fewshot_fer" / "sheets"
"""Of style; `look.html` shows what is made of them."""
_ELSEWHERE = re.compile(
    r"<(?:script|link|img|iframe)\b[^>]*?(?:src|href)=[\"']?(?:https?:)?//[^>]*>"
)


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages that are made."""
    for name, path in MADE.items():
        files.append(File.generated(config, name, content=path.read_text(encoding="utf-8")))
    for name, path in NOTEBOOKS.items():
        files.append(File.generated(config, name, content=page_of(path)))
    for path in SHEETS.glob("*.css"):
        files.append(File.generated(config, f"sheets/{path.name}", content=path.read_text("utf-8")))
    files.remove(files.get_file_from_path("look.html"))
    look = (ROOT / "docs" / "look.html").read_text(encoding="utf-8")
    content = look.replace("../fewshot_fer/sheets/", "sheets/")
    files.append(File.generated(config, "look.html", content=content))
    return files


def on_page_markdown(markdown: str, page: Any, **_: object) -> str:
    """Links as the site has them."""
    beside = ROOT if page.file.src_uri in MADE else ROOT / "docs"
    return re.sub(
        r"(!?)\[([^\]]*)\]\((?!https?:|#|mailto:)([^)#\s]+)(#[^)]*)?\)",
        lambda found: _link(beside, *found.groups(default="")),
        markdown,
    )


def on_post_build(config: MkDocsConfig) -> None:
    """No page may fetch anything from another host."""
    wrong = {
        str(path.relative_to(config.site_dir)): found[:3]
        for path in Path(config.site_dir).rglob("*.html")
        if (found := _ELSEWHERE.findall(path.read_text(encoding="utf-8")))
    }
    if wrong:
        raise PluginError(f"These pages fetch something from another host: {wrong}")


def page_of(notebook: Path) -> str:
    """A notebook with its outputs as Markdown."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    return "\n\n".join(part for cell in cells for part in _parts(cell)) + "\n"


def _parts(cell: dict[str, Any]) -> list[str]:
    source = "".join(cell["source"])
    if cell["cell_type"] == "markdown":
        return [source]
    parts = [f"```python\n{source}\n```"]
    for output in cell["outputs"]:
        data = output.get("data", {})
        if "text/html" in data:
            parts.append(f"<div>{''.join(data['text/html'])}</div>")
        else:
            text = "".join(output.get("text") or data["text/plain"])
            parts.append(f"```text\n{text.rstrip()}\n```")
    return parts


def _link(beside: Path, image: str, text: str, target: str, anchor: str) -> str:
    file = (beside / target).resolve()
    made = {path: name for name, path in (MADE | NOTEBOOKS).items()}
    if file in made:
        return f"[{text}]({made[file]}{anchor})"
    docs = ROOT / "docs"
    if docs in file.parents:
        return f"{image}[{text}]({file.relative_to(docs).as_posix()}{anchor})"
    return text
