"""The order of the rooms: each imports only rooms before it."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parent.parent
PACKAGE = REPOSITORY / "fewshot_fer"

GROUND_FLOOR = {
    "__init__", "arrays", "engine", "errors", "expressions", "files", "images", "palette",
    "reasons", "sentences", "settings", "shipped",
}  # fmt: skip
# Rooms of one row do not know each other.
ORDER = (
    GROUND_FLOOR,
    {"faces", "embedding", "prototypes"},
    {"recognizer"},
    {"students"},
    {"records", "stills"},
    {"reports"},
    {"lesson"},
    {"training"},
    {"evaluation"},
    {"drawn"},
    {"doctor"},
    {"web"},
    {"cli"},
    {"__main__"},
)
FLOOR = {room: floor for floor, rooms in enumerate(ORDER) for room in rooms}

DISTRIBUTIONS = {
    "cv2": "opencv-python-headless",
    "faiss": "faiss-cpu",
    "yaml": "pyyaml",
    "PIL": "pillow",
    "markdown_it": "markdown-it-py",
}
EXTRA_OF = {"training": "train", "web": "web"}


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def name_of(path: Path) -> str:
    return str(path.relative_to(PACKAGE))


def room_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports(source: str) -> Iterator[str]:
    """Every imported module, wherever in the file; `from a import b` gives a.b."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def own_rooms(source: str) -> Iterator[str]:
    for name in imports(source):
        package, _, rest = name.partition(".")
        if package == "fewshot_fer":
            room = rest.partition(".")[0] or "__init__"
            # `from fewshot_fer import __version__` is the package itself.
            yield room if room in FLOOR or (PACKAGE / room).exists() else "__init__"


def wrong_imports(room: str, source: str) -> set[str]:
    ground = room in GROUND_FLOOR
    return {
        other
        for other in own_rooms(source)
        if other != room and not (ground and other in GROUND_FLOOR) and FLOOR[other] >= FLOOR[room]
    }


# The package's own page names things of all rooms, and imports none until asked (test_api.py).
ROOMS = [path for path in modules() if path != PACKAGE / "__init__.py"]


@pytest.mark.parametrize("path", ROOMS, ids=name_of)
def test_a_room_imports_only_rooms_before_it(path: Path) -> None:
    assert room_of(path) in FLOOR, "a new room needs a place in the order"
    assert wrong_imports(room_of(path), path.read_text()) == set()


def test_the_check_sees_a_wrong_direction() -> None:
    assert wrong_imports("faces", "from fewshot_fer.embedding import Embedder") == {"embedding"}
    assert wrong_imports("prototypes", "def f():\n import fewshot_fer.cli.app") == {"cli"}
    assert wrong_imports("students", "from fewshot_fer import recognizer, errors") == set()


@pytest.mark.parametrize("path", modules(), ids=name_of)
def test_every_library_is_declared_where_it_is_used(path: Path) -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]
    declared = {distribution(line) for line in project["dependencies"]}
    extra = EXTRA_OF.get(room_of(path))
    if extra is not None:
        declared |= {distribution(line) for line in project["optional-dependencies"][extra]}
    used = {name.partition(".")[0] for name in imports(path.read_text())}
    foreign = used - set(sys.stdlib_module_names) - {"fewshot_fer"}
    assert {DISTRIBUTIONS.get(name, name) for name in foreign} <= declared


def distribution(requirement: str) -> str:
    found = re.match(r"[\w.-]+", requirement)
    assert found is not None
    return found.group().lower()


@pytest.mark.parametrize("path", modules(), ids=name_of)
def test_only_the_engine_knows_the_engine(path: Path) -> None:
    if path.stem != "engine":
        assert "openvino" not in {name.partition(".")[0] for name in imports(path.read_text())}


@pytest.mark.parametrize("path", sorted((PACKAGE / "prototypes").glob("*.py")), ids=name_of)
def test_prototypes_know_no_pixels_and_no_files(path: Path) -> None:
    known = {name.partition(".")[0] for name in imports(path.read_text())}
    assert not known & {"cv2", "pathlib", "os", "io", "json"}


def test_every_room_is_a_package() -> None:
    folders = {path.parent for path in modules()}
    assert [name_of(folder) for folder in folders if not (folder / "__init__.py").exists()] == []
