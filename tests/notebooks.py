"""Runs a notebook's cells, as a kernel would: `python -m tests.notebooks` writes what came out.

    python -m tests.notebooks docs/first-steps.ipynb

A kernel of its own would be forty packages for a page of plain Python.
"""

from __future__ import annotations

import ast
import io
import json
import sys
from contextlib import chdir, redirect_stdout
from pathlib import Path
from typing import Any

Cell = dict[str, Any]


def run(path: Path) -> dict[str, Any]:
    """The notebook with every code cell run, in order, and its outputs as they are now."""
    notebook: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    names: dict[str, Any] = {"__name__": "__main__"}
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    with chdir("."):
        for number, cell in enumerate(code, 1):
            where, source = f"{path.name}[{number}]", "".join(cell["source"])
            cell["execution_count"] = number
            cell["outputs"] = _outputs(where, source, names, number)
    return notebook


def _outputs(where: str, source: str, names: dict[str, Any], number: int) -> list[Cell]:
    """What a cell prints, and what its last line is."""
    tree = ast.parse(source, where)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    printed, value = io.StringIO(), None
    with redirect_stdout(printed):
        exec(compile(tree, where, "exec"), names)
        if isinstance(last, ast.Expr):
            value = eval(compile(ast.Expression(last.value), where, "eval"), names)
    outputs: list[Cell] = []
    if printed.getvalue():
        text = printed.getvalue().splitlines(keepends=True)
        outputs.append({"output_type": "stream", "name": "stdout", "text": text})
    if value is not None:
        data = {"text/plain": repr(value).splitlines(keepends=True)}
        if hasattr(value, "_repr_html_"):
            data["text/html"] = value._repr_html_().splitlines(keepends=True)
        outputs.append(
            {"output_type": "execute_result", "execution_count": number, "metadata": {},
             "data": data}
        )  # fmt: skip
    return outputs


if __name__ == "__main__":
    for name in sys.argv[1:]:
        done = json.dumps(run(Path(name)), indent=1, ensure_ascii=False, sort_keys=True)
        Path(name).write_text(done + "\n", encoding="utf-8")
