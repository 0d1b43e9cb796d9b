"""The numbers of a report, and the page and tables that show them."""

from __future__ import annotations

import csv
import io
import re
import sys
from dataclasses import replace
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

from fewshot_fer.errors import RecordError
from fewshot_fer.expressions import BASIC
from fewshot_fer.records.store import Store
from fewshot_fer.records.values import Mark, Second
from fewshot_fer.reports import tables, words
from fewshot_fer.reports.compare import compare
from fewshot_fer.reports.page import page
from fewshot_fer.reports.summary import report_of
from tests.records.views import second
from tests.reports.lessons import HAPPY, NEUTRAL, SAD, drawn_class, recorded


def test_shares_coverage_and_timeline_are_those_of_the_seconds() -> None:
    a = np.repeat([HAPPY, SAD, -1], 20)
    b = np.repeat([HAPPY, NEUTRAL, NEUTRAL], 20)
    found = report_of(recorded({"a": a, "b": b}))
    assert found.coverage == pytest.approx(100 / 120)
    assert found.shares["happy"] == pytest.approx(0.4)
    assert found.shares["sad"] == pytest.approx(0.2)
    assert found.timeline.coverage.tolist() == [1, 1, 1, 1, 0.5, 0.5]
    assert found.timeline.shares[:, HAPPY].tolist() == [1, 1, 0, 0, 0, 0]
    assert found.timeline.shares[:, SAD].tolist() == [0, 0, 0.5, 0.5, 0, 0]
    one, other = found.students
    assert (one.student, other.student) == ("a", "b")
    assert one.sure == pytest.approx(2 / 3)
    assert one.shares["sad"] == pytest.approx(0.5)
    assert other.sure == 1.0


def test_a_long_session_has_no_more_points_than_can_be_seen() -> None:
    found = report_of(recorded({"a": np.full(3 * 3600, HAPPY)}))
    assert len(found.timeline.seconds) <= 180
    assert len(found.students[0].timeline.seconds) <= 60


def test_a_marked_moment_compares_before_with_after() -> None:
    lesson = drawn_class(1, 600)
    for labels in lesson.values():
        labels[305:430] = HAPPY
    marks = [Mark(305, "A joke"), Mark(150, "Nothing much"), Mark(598, "The end")]
    joke, nothing, end = report_of(recorded(lesson, marks)).around
    assert joke.clear[0].expression == "happy"
    assert joke.clear[0].low > 0.3
    assert nothing.clear == ()
    assert end.changes == ()


def test_two_sessions_are_compared_with_how_sure_it_is() -> None:
    plain, sadder = drawn_class(1, 900), drawn_class(2, 900, sad=range(12), sad_from=0)
    found = compare(recorded(plain), recorded(sadder, number=2))
    assert found.clear[0].expression == "sad"
    assert found.clear[0].low > 0
    same = compare(recorded(plain), recorded(drawn_class(1, 900), number=2))
    assert same.clear == ()


def test_a_session_in_which_too_little_was_seen_is_not_compared() -> None:
    empty = recorded({"a": np.full(100, -1)})
    with pytest.raises(RecordError, match="Too little"):
        compare(empty, recorded(drawn_class(1, 100)))


# ---------------------------------------------------------------------- the page


class Balanced(HTMLParser):
    """Follows open tags and gathers the words."""

    ALONE = frozenset({"meta", "rect", "path"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.words = ""

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag not in self.ALONE:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.ALONE:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] != "style":
            self.words += data


def read(html: str) -> str:
    parser = Balanced()
    parser.feed(html)
    parser.close()
    assert parser.open == []
    return parser.words


def test_the_page_is_whole_and_needs_nothing_from_elsewhere() -> None:
    lesson = recorded(drawn_class(1, 1800, sad=(3,), sad_from=900), [Mark(600, "Exercise")])
    html = page(report_of(lesson), {"s03": "Anna"})
    said = read(html)
    for wanted in ("7b", "Exercise", "Coverage", "Worth a check-in", "Anna", "more sad", "EU"):
        assert wanted in said
    assert not re.search(r"<script|https?:|url\(|@import|\bsrc=|\bhref=|nan", html)
    assert "viewport" in html


def test_the_class_alone_names_nobody() -> None:
    lesson = recorded(drawn_class(1, 600), each=False)
    html = page(report_of(lesson), {"s03": "Anna"})
    said = read(html)
    assert "Anna" not in html
    assert "s03" not in html
    assert "check-in" not in said
    assert "Student by student" not in said


def test_students_are_told_in_the_order_of_the_alphabet() -> None:
    names = {f"s{k:02}": name for k, name in enumerate(["Zoe", "ada", "Mina"])}
    said = read(page(report_of(recorded(drawn_class(1, 600, students=3))), names))
    section = said[said.index("Student by student") :]
    assert section.index("ada") < section.index("Mina") < section.index("Zoe")


def test_what_people_wrote_is_text_and_never_markup() -> None:
    bad = "<b onload=x>&\"'"
    lesson = recorded({"s": drawn_class(1, 600)["s01"]}, [Mark(300, bad)])
    html = page(report_of(lesson), {"s": bad})
    assert "<b onload" not in html
    assert read(html).count(bad) == 3  # A mark, a card, a row of the table.


def test_the_page_begins_with_what_matters() -> None:
    lesson = drawn_class(2, 1200, sad=(3,), sad_from=600)
    found = report_of(recorded(lesson))
    lines = words.headlines(found, {"s03": "Cleo"})
    assert lines[0].startswith("90\xa0% of the class (25 students) was clearly read; shown most")
    assert len(lines) == 3
    assert lines[-1] == "Worth a check-in: Cleo."
    text = read(page(found, {"s03": "Cleo"}))
    assert all(line in text for line in lines)


def test_a_class_that_was_hardly_read_is_said_first() -> None:
    lesson = drawn_class(1, 600)
    for labels in lesson.values():
        labels[::3] = labels[1::3] = -1
    assert words.headlines(report_of(recorded(lesson)), {})[0].startswith("Only")


def test_a_class_whose_second_half_differs_is_told_so() -> None:
    lesson = drawn_class(1, 900)
    assert "nothing clearly changed" in " ".join(words.headlines(report_of(recorded(lesson)), {}))
    for labels in lesson.values():
        labels[500:] = HAPPY
    assert "more happy" in " ".join(words.headlines(report_of(recorded(lesson)), {}))


def test_the_law_stands_at_the_end() -> None:
    said = read(page(report_of(recorded(drawn_class(1, 600)))))
    assert said.index("prohibited") > said.index("How this was measured")


def test_behind_every_chart_stands_a_table() -> None:
    html = page(report_of(recorded(drawn_class(1, 3600))), {"s00": "Ada"})
    assert html.count("<table>") == 2
    assert html.count('<th scope="row">') == 20 + 25


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(40, "half a minute"), (60, "minute"), (150, "2½ minutes"), (290, "5 minutes"),
     (1320, "22 minutes")],
)  # fmt: skip
def test_a_usual_has_a_length_in_words(seconds: float, said: str) -> None:
    assert words.minutes(seconds) == said


def test_an_empty_session_has_a_page(tmp_path: Path) -> None:
    with Store.open(f"sqlite:///{tmp_path / 'records.db'}") as store:
        store.begin("7b")
        said = read(page(report_of(store.read())))
    assert "No face was clearly read" in said


def test_a_pause_is_a_gap(tmp_path: Path) -> None:
    with Store.open(f"sqlite:///{tmp_path / 'records.db'}") as store:
        session = store.begin("7b", per_student=True)
        store.write(session, [second(t, {"a": "sad"}) for t in (*range(30), *range(90, 120))])
        found = report_of(store.read(students=True))
    assert np.isnan(found.timeline.coverage[3:9]).all()
    assert (found.recorded_seconds, found.students[0].sure) == (60, 1.0)
    read(page(found))


def test_what_own_devices_read_is_said(tmp_path: Path) -> None:
    with Store.open(f"sqlite:///{tmp_path / 'records.db'}") as store:
        session = store.begin("7b", per_student=True)
        for t in range(60):
            one = second(t, {"a": "sad", "b": "happy"})
            own = tuple(replace(who, on_device=who.student == "a") for who in one.students)
            store.write(session, [Second(replace(one.whole, on_device=1.0), own)])
        found = report_of(store.read(students=True))
        columns = tables.seconds(store, session, per_student=True)
    assert [one.on_device for one in found.students] == [1.0, 0.0]
    said = page(found).replace("\N{NO-BREAK SPACE}", " ")
    assert said.count("Read on their own device 100 % of the time") == 1
    assert "50 % of what was seen was read on students' own devices" in unescape(said)
    assert "own device" not in page(report_of(recorded(drawn_class(1, 40))))
    assert columns["on_device"] == [1] * 60 + [0] * 60
    assert b"on_device,\"read on the student's own device" in tables.meanings(columns)


# ---------------------------------------------------------------------- tables


def test_the_table_of_the_class_has_a_row_a_second() -> None:
    lesson = recorded(drawn_class(1, 40))
    rows = list(csv.DictReader(io.StringIO(tables.as_csv(tables.class_columns(lesson)).decode())))
    assert [int(row["second"]) for row in rows] == list(range(40))
    for row, counts in zip(rows, lesson.whole.counts, strict=True):
        assert float(row["sure"]) == counts.sum()
        assert [float(row[name]) for name in BASIC] == counts.tolist()


def test_the_table_of_students_leaves_unsure_seconds_empty(tmp_path: Path) -> None:
    with Store.open(f"sqlite:///{tmp_path / 'records.db'}") as store:
        session = store.begin(per_student=True)
        store.write(session, [second(0, {"zoë": "happy"}), second(1, {"zoë": None})])
        columns = tables.seconds(store, session, per_student=True, called={"zoë": "Zoë"})
    assert columns["name"] == ["Zoë", "Zoë"]
    meanings = tables.meanings(columns).decode().splitlines()
    assert [line.partition(",")[0] for line in meanings] == ["column", *columns]
    assert columns["student"] == ["zoë", "zoë"]
    assert columns["expression"] == ["happy", None]
    assert columns["happy"][0] == pytest.approx(0.7, abs=0.01)
    assert tables.as_csv(columns).decode().splitlines()[2].startswith("zoë,Zoë,1,1.0,0.0,0.8,,")


def test_parquet_holds_the_same(tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    columns = tables.class_columns(recorded(drawn_class(1, 40)))
    (tmp_path / "x.parquet").write_bytes(tables.as_parquet(columns))
    assert parquet.read_table(tmp_path / "x.parquet").to_pydict() == columns


def test_without_its_library_parquet_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(RecordError) as caught:
        tables.as_parquet({})
    assert "pip install pyarrow" in caught.value.next_step


@pytest.mark.parametrize(
    ("seconds", "shown"), [(0, "0:00"), (61.9, "1:01"), (3600, "1:00:00"), (10_799, "2:59:59")]
)
def test_times_are_read_as_on_a_clock(seconds: float, shown: str) -> None:
    assert words.clock(seconds) == shown


@pytest.mark.parametrize(("effect", "shown"), [(0.14, "+14"), (-0.08, "−8"), (0.001, "0")])
def test_points_have_a_sign(effect: float, shown: str) -> None:
    assert words.points(effect) == shown


def test_no_name_is_a_formula_of_a_spreadsheet() -> None:
    columns: tables.Columns = {
        "name": ["=1+1", "@sum", "-2", "+3", "Zoë", None],
        "n": [-1, 2, 3, 4, 5, 6],
    }
    rows = list(csv.reader(io.StringIO(tables.as_csv(columns).decode())))
    assert [row[0] for row in rows[1:]] == ["'=1+1", "'@sum", "'-2", "'+3", "Zoë", ""]
    assert rows[1][1] == "-1"
