"""The order of the rooms: each imports only rooms before it."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parent.parent
PACKAGE = REPOSITORY / "fewshot_fer"

GROUND_FLOOR = {
    "__init__", "arrays", "database", "engine", "errors", "expressions", "files", "heif", "images",
    "languages", "look", "measures", "mirror", "palette", "plain_yaml", "reasons", "sentences",
    "settings", "shared", "shipped", "spreading",
}  # fmt: skip
# Parts of one row do not know each other, but for these.
TOGETHER = (GROUND_FLOOR, {"live", "portal"})
"""The ground floor, and the two ways into one lesson: the teacher's page and students' devices."""
HANDED_ROUND = {"app_state", "school"}
"""The states of the web app are made of its parts, and handed to each of them."""
ORDERS: dict[str, tuple[set[str], ...]] = {
    "": (
        GROUND_FLOOR,
        {"faces", "embedding", "prototypes"},
        {"recognizer"},
        {"students"},
        {"audit", "records", "stills"},
        {"reports"},
        {"lesson"},
        {"training"},
        {"evaluation"},
        {"drawn"},
        {"backup", "doctor", "on_device", "python", "slimming"},
        {"web"},
        {"cli"},
        {"__main__"},
    ),
    "students": (
        {"store"},
        {"classes", "gallery", "remembered", "roster", "verdict"},
        {"enrolment", "recalibration"},
        {"custom_expressions", "documents"},
    ),
    "lesson": (
        {"actor", "album", "attention", "budget", "drawing", "events", "health", "interfaces",
         "members", "memory", "naming", "places", "smoothing", "watching"},
        {"overview", "selfreport", "session", "signals", "sources", "taping", "who"},
        {"commands", "pacing"},
        {"opening", "stream"},
        {"clips", "host", "intake"},
        {"found", "helper"},
        {"engine", "archive"},
        {"registry"},
    ),
    "web": (
        {"certificates", "html", "messages", "on_device", "patience", "theme", "threads",
         "unsaved"},
        {"access", "listening"},
        {"holding", "network"},
        {"wire"},
        {"live", "portal"},
        {"guide"},
        {"app_state"},
        {"school"},
        {"api", "pages"},
        {"front"},
        {"app"},
        {"server"},
        {"workers"},
    ),
}  # fmt: skip

DISTRIBUTIONS = {
    "argon2": "argon2-cffi",
    "cv2": "opencv-python-headless",
    "faiss": "faiss-cpu",
    "pi_heif": "pi-heif",
    "yaml": "pyyaml",
    "markdown_it": "markdown-it-py",
    "typing_extensions": "typing-extensions",
    "fastapi_offline": "fastapi-offline",
}
EXTRA_OF = {"training": "train", "web": "web", "on_device": "on-device"}


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


def part_of(module: str, house: str) -> str | None:
    """The part of a house that a module is in; the house itself is `__init__`, others are None."""
    inside = f"fewshot_fer.{house}".rstrip(".")
    if module != inside and not module.startswith(f"{inside}."):
        return None
    part = module.removeprefix(inside).strip(".").partition(".")[0]
    folder = PACKAGE / house / part
    # `from fewshot_fer import __version__` is the package itself.
    return part if folder.is_dir() or folder.with_suffix(".py").exists() else "__init__"


def wrong_imports(part: str, source: str, house: str = "") -> set[str]:
    """The parts of a house that one of them may not import."""
    floor_of = {part: floor for floor, parts in enumerate(ORDERS[house]) for part in parts}
    known = {part_of(module, house) for module in imports(source)} - {part, None}
    if house:
        # A room's front door stands open to its own parts.
        known -= {"__init__"} | HANDED_ROUND
    return {
        other
        for other in known
        if other is not None
        and not any({part, other} <= some for some in TOGETHER)
        and floor_of[other] >= floor_of[part]
    }


def parts_of(house: str) -> list[Path]:
    """Every module of a house but its front door, which may name what is in all parts."""
    inside = PACKAGE / house
    return [path for path in modules() if inside in path.parents and path != inside / "__init__.py"]


@pytest.mark.parametrize("house", ORDERS)
def test_a_part_imports_only_parts_before_it(house: str) -> None:
    wrong = {}
    for path in parts_of(house):
        part = path.relative_to(PACKAGE / house).parts[0].removesuffix(".py")
        assert any(part in row for row in ORDERS[house]), f"{house}/{part} needs its place"
        wrong[name_of(path)] = wrong_imports(part, path.read_text(), house)
    assert {name: others for name, others in wrong.items() if others} == {}


def module_of(path: Path) -> str:
    name = ".".join(path.relative_to(REPOSITORY).with_suffix("").parts)
    return name.removesuffix(".__init__")


def test_no_modules_import_each_other_in_a_circle() -> None:
    """Not even for their types alone: whoever reads one of a circle has to read them all."""
    names = {module_of(path) for path in modules()}
    sorter: TopologicalSorter[str] = TopologicalSorter()
    for path in modules():
        # `from a import b` needs the module a.b, or a when b is something in it.
        needed = {
            name if name in names else name.rpartition(".")[0] for name in imports(path.read_text())
        }
        sorter.add(module_of(path), *(needed & names - {module_of(path)}))
    sorter.prepare()


def test_the_check_sees_a_wrong_direction() -> None:
    assert wrong_imports("faces", "from fewshot_fer.embedding import Embedder") == {"embedding"}
    assert wrong_imports("prototypes", "def f():\n import fewshot_fer.cli.app") == {"cli"}
    assert wrong_imports("students", "from fewshot_fer import recognizer, errors") == set()
    roster = "from fewshot_fer.students.roster import Roster"
    assert wrong_imports("store", roster, "students") == {"roster"}
    assert wrong_imports("enrolment", roster, "students") == set()


def test_every_library_is_declared_where_it_is_used() -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    undeclared = {}
    for path in modules():
        extra = EXTRA_OF.get(room_of(path))
        lines = project["dependencies"] + (requirements(extras, extra) if extra else [])
        declared = {distribution(line) for line in lines}
        foreign = libraries(path) - set(sys.stdlib_module_names) - {"fewshot_fer"}
        undeclared[name_of(path)] = {DISTRIBUTIONS.get(n, n) for n in foreign} - declared
    assert {name: missing for name, missing in undeclared.items() if missing} == {}


def requirements(extras: dict[str, list[str]], extra: str) -> list[str]:
    """Of an extra and of the extras that it is made of."""
    found: list[str] = []
    for line in extras[extra]:
        others = re.fullmatch(r"fewshot-fer\[([\w,]+)\]", line)
        parts = others[1].split(",") if others else []
        found += [one for part in parts for one in requirements(extras, part)] or [line]
    return found


def distribution(requirement: str) -> str:
    found = re.match(r"[\w.-]+", requirement)
    assert found is not None
    return found.group().lower()


def libraries(path: Path) -> set[str]:
    return {name.partition(".")[0] for name in imports(path.read_text())}


def test_only_the_engine_knows_the_engine() -> None:
    knowing = [name_of(path) for path in modules() if "openvino" in libraries(path)]
    assert knowing == ["engine.py"]


def test_prototypes_know_no_pixels_and_no_files() -> None:
    for path in (PACKAGE / "prototypes").glob("*.py"):
        assert not libraries(path) & {"cv2", "pathlib", "os", "io", "json"}, path


def test_every_room_is_a_package() -> None:
    folders = {path.parent for path in modules()}
    assert [name_of(folder) for folder in folders if not (folder / "__init__.py").exists()] == []


CODE = sorted(
    path
    for folder in ("fewshot_fer", "tests", "benchmarks")
    for pattern in ("*.py", "*.js")
    for path in (REPOSITORY / folder).rglob(pattern)
)
LINES = 300
LONG = {
    "benchmarks/endurance.py": "one story: a server, two lessons, and what is left of them",
    "benchmarks/screens.py": "one story from the first picture to the last",
    "benchmarks/web_load.py": "one story: a server, its devices, and what was measured",
    "fewshot_fer/lesson/sources.py": "every kind of source, so that a new one is one more function",
    "fewshot_fer/web/messages.py": "every message of the sockets, in one table",
}
FILES = 15
WIDE = {
    "benchmarks": "one file a figure of the docs; none knows another",
    "fewshot_fer/cli/commands": "one file a command, or a group of them",
    "fewshot_fer": "the ground floor: what everybody may use",
    "fewshot_fer/lesson": "many small parts of one engine, in the order above",
    "fewshot_fer/web/pages/parts": "one file a part that pages share",
    "fewshot_fer/web": "what makes one app of its rooms, and what all of them use",
    "fewshot_fer/training": "one way from data to a checkpoint; no teacher sees it",
    "tests": "one file for each of the ground floor, and those that look at the whole house",
}


def test_no_file_is_long() -> None:
    long = {
        path.relative_to(REPOSITORY).as_posix()
        for path in CODE
        if len(path.read_text().splitlines()) > LINES
    }
    assert long == LONG.keys()


def test_no_folder_is_wide() -> None:
    count = Counter(path.parent.relative_to(REPOSITORY).as_posix() for path in CODE)
    assert {folder for folder, files in count.items() if files > FILES} == WIDE.keys()


def test_no_test_borrows_from_another_test() -> None:
    """What several tests need lies in `tests/fakes/`, or beside them under a name of its own."""
    borrowed = {
        f"{path.relative_to(REPOSITORY)}: {name}"
        for path in CODE
        if path.suffix == ".py"
        for name in imports(path.read_text())
        if re.match(r"tests\.(\w+\.)*test_", name)
    }
    assert borrowed == set()
