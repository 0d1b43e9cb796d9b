"""Reasons are values: every code has its words, and nothing reads them again."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from fewshot_fer.cli.show.sentences import ADVICE, next_step
from fewshot_fer.errors import StudentError
from fewshot_fer.reasons import Code, Reason
from fewshot_fer.sentences import SENTENCES, sentence, worded

PACKAGE = Path(__file__).parent.parent / "fewshot_fer"
FILES = sorted(PACKAGE.rglob("*.py"))
FRONTS = {"cli", "web", "training", "evaluation"}
CORE = [f for f in FILES if f.relative_to(PACKAGE).parts[0] not in FRONTS]

WORDS = {"what", "where", "next_step", "in_words", "advice", "question", "answered"}
WORDED = {"sentence", "worded"}
SEARCHING = {
    "startswith", "endswith", "partition", "rpartition", "find", "index",
    "removeprefix", "removesuffix", "replace", "count",
}  # fmt: skip


def test_every_code_has_its_words() -> None:
    assert set(SENTENCES) == set(Code)


def test_a_sentence_holds_the_facts() -> None:
    close = Reason(Code.CLOSE, first="fear", second="surprise")
    assert sentence(close) == "Two expressions fit almost equally well: fear and surprise."
    assert worded(Reason(Code.TURNED)).next_step == "Look straight at the camera."


def test_equal_reasons_are_equal() -> None:
    small = Reason(Code.SMALL, pixels=20, needed=32)
    assert small == Reason(Code.SMALL, needed=32, pixels=20)
    assert len({small, Reason(Code.SMALL, pixels=20, needed=32)}) == 1
    assert Reason(Code.SMALL, pixels=20, needed=32) != Reason(Code.SMALL, pixels=21, needed=32)


def test_the_terminal_adds_its_commands_to_a_reason() -> None:
    error = StudentError(Reason(Code.NAMESAKE, name="Anna", student="abc"))
    assert "--another" not in error.next_step
    assert "--student abc" in next_step(error)
    assert next_step(StudentError("No.", next_step="Go on.")) == "Go on."


@pytest.mark.parametrize("code", ADVICE)
def test_the_terminal_uses_only_the_facts_that_the_sentence_has(code: Code) -> None:
    given = {"student"} | facts_in("".join(SENTENCES[code]))
    assert facts_in(ADVICE[code]) <= given


def facts_in(words: str) -> set[str]:
    return set(re.findall(r"{(\w+)", words))


def is_words(node: ast.expr) -> bool:
    """Whether an expression is a sentence of ours."""
    if isinstance(node, ast.Attribute):
        return node.attr in WORDS
    if isinstance(node, ast.Call):
        called = node.func
        if isinstance(called, ast.Name) and called.id == "str":
            return any(isinstance(a, ast.Name) and a.id == "error" for a in node.args)
        name = called.id if isinstance(called, ast.Name) else getattr(called, "attr", "")
        return name in WORDED
    return False


def read_again(source: str) -> Iterator[int]:
    """The lines on which a sentence is compared, searched or cut."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Compare):
            told = [op for op in node.ops if not isinstance(op, ast.Is | ast.IsNot)]
            if told and any(is_words(one) for one in (node.left, *node.comparators)):
                yield node.lineno
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            by_method = node.func.attr in SEARCHING and is_words(node.func.value)
            owner = node.func.value
            by_re = isinstance(owner, ast.Name) and owner.id == "re"
            if by_method or (by_re and any(is_words(one) for one in node.args)):
                yield node.lineno


def name_of(path: Path) -> str:
    return str(path.relative_to(PACKAGE))


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_nothing_decides_by_reading_a_sentence(path: Path) -> None:
    assert list(read_again(path.read_text())) == []


@pytest.mark.parametrize(
    "source",
    [
        'over = "time" in error.what',
        'found = problem.where == "_class"',
        'seen, _, _ = self.what.partition(": keep it?")',
        "parts = re.split(x, error.next_step)",
        'late = "late" in str(error)',
        'far = sentence(reason).startswith("It looks")',
    ],
)
def test_the_check_sees_a_sentence_that_is_read(source: str) -> None:
    assert list(read_again(source)) == [1]


def options_in(source: str) -> list[str]:
    """What sentences of a module say of the command line's options; pip's are nobody's of ours."""
    tree = ast.parse(source)
    documents = {
        id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)
    }  # fmt: skip
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        if id(node) not in documents and "pip install" not in node.value
        if re.search(r"(?<![\w-])--[a-z]", node.value)
    ]


@pytest.mark.parametrize("path", CORE, ids=name_of)
def test_the_core_knows_no_option_of_the_command_line(path: Path) -> None:
    assert options_in(path.read_text()) == []


def test_the_check_sees_an_option() -> None:
    assert options_in('raise StudentError("No.", next_step="Say who with --consent.")')
    assert not options_in('"""As with --json."""\nx = "Run `pip install --no-deps a`."')
