"""The pages without a browser: what they show, what they ask, what they do."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from fewshot_fer.drawn.files import reference_picture, to_jpeg
from fewshot_fer.drawn.roster import DrawnStudent
from fewshot_fer.students.store.records import Purpose
from fewshot_fer.web.app_state import AppState
from tests.web.pages.visiting import RECORDED, Opens, enroll, press, record, run, said

pytestmark = pytest.mark.slow

PAGES = ("students", "expressions", "sessions", "pictures", "settings")
NAME = "Ada *[x](http://y)* <b>"


@pytest.fixture
def ada(service: AppState, people: tuple[DrawnStudent, ...]) -> str:
    """Somebody with a name that is not easy to show."""
    return enroll(service, NAME, people[0], "neutral", "happy").id


@pytest.mark.parametrize(
    ("page", "first_step"),
    [
        ("students", "bring a picture of each resting face"),
        ("expressions", "Enrol students first"),
        ("sessions", "switch the recording on"),
        ("pictures", "Drop pictures or a video above"),
        ("settings", "There is nothing to delete"),
    ],
)
def test_an_empty_page_says_what_to_do_first(opens: Opens, page: str, first_step: str) -> None:
    assert first_step in said(opens(page))


@pytest.mark.parametrize("page", PAGES)
def test_every_page_stands_with_students_and_sessions(
    service: AppState, opens: Opens, ada: str, page: str
) -> None:
    record(service, ada)
    test = opens(page)
    assert [one.value for one in test.error] == []
    assert "http://y)*" not in said(test).replace("\\", "").replace(NAME, "")


def test_names_are_never_markdown(service: AppState, opens: Opens, ada: str) -> None:
    for test in (opens("students"), opens("students", student=ada)):
        assert NAME not in "\n".join(str(one.value) for one in (*test.markdown, *test.success))


def test_pictures_come_after_the_agreement(
    service: AppState, opens: Opens, jpegs: dict[str, bytes]
) -> None:
    test = opens("students", new="yes")
    assert "Keep my pictures" in said(test)
    assert len(test.file_uploader) == 0
    test.text_input(key="agreed-by").input("Ben's father")
    assert len(run(test).file_uploader) == 0, "a name alone is no agreement"
    for purpose in Purpose:
        test.checkbox(key=f"agreed-{purpose}").check()
    run(test).text_input(key="new-name").input("Ben")
    run(test).file_uploader[0].set_value(
        [("happy-1.jpg", jpegs["happy"], "image/jpeg"), ("bad.jpg", b"words", "image/jpeg")]
    )
    run(test)
    assert "not a picture" in said(test)
    assert service.library.students() == [], "nothing is stored before it is saved"
    press(test, "Enrol")
    (ben,) = service.library.students()
    assert (ben.name, dict(ben.counts)) == ("Ben", {"happy": 1})
    assert service.library.open(ben.id).consent.by == "Ben's father"
    assert "is enrolled" in said(test)
    assert ben.id in test.query_params["student"]


def test_a_student_is_deleted_only_by_name_and_then_nothing_is_left(
    service: AppState, opens: Opens, ada: str, tmp_path: Path
) -> None:
    session = record(service, ada)
    test = opens("students", student=ada)
    button = next(one for one in test.button if one.label == "Delete for good")
    assert button.disabled
    test.text_input(key=f"sure-{ada}").input(NAME)
    run(test)
    press(test, "Delete for good")
    assert "is left" in said(test)
    assert service.library.students() == []
    assert list((tmp_path / "students").rglob(f"*{ada}*")) == []
    with service.store() as store:
        assert store.students_of(session) == []


def test_a_reference_is_removed_and_the_name_changed(
    service: AppState, opens: Opens, ada: str
) -> None:
    test = opens("students", student=ada)
    press(test, "Remove it")
    assert len(service.library.open(ada).references) == 1
    test.text_input(key=f"name-{ada}").input("Ada")
    press(run(test), "Rename")
    assert service.library.open(ada).name == "Ada"


def test_who_is_not_there_is_said_in_words(opens: Opens) -> None:
    test = opens("students", student="zzzzzzzz")
    assert "There is no student" in said(test)
    assert "fewshot-fer students list" not in said(test)
    assert "Nobody is enrolled yet" in said(test), "the list stands below"
    assert "is not a student's id" in said(opens("students", student="../../etc"))


def test_one_damaged_student_does_not_hide_the_others(
    service: AppState, opens: Opens, ada: str, people: tuple[DrawnStudent, ...]
) -> None:
    ben = enroll(service, "Ben", people[1], "neutral")
    for picture in (service.library.store.home(ben.id) / "references").rglob("*.png"):
        picture.write_bytes(b"broken")
    test = opens("students")
    assert len(test.error) == 1
    assert [one.label for one in test.button].count("Open") == 1


def test_a_session_is_shown_with_its_coverage_and_its_doubts(
    service: AppState, opens: Opens, ada: str
) -> None:
    number = record(service, ada)
    test = opens("sessions", session=str(number))
    words = said(test)
    figures = ("60\N{NO-BREAK SPACE}%", "20\N{NO-BREAK SPACE}%")
    named = ("clearly read, on average", "not seen", "seen, but unsure")
    for told in (*figures, *named, "more happy", "Quiz \\*begins\\*"):
        assert told in words
    assert "Student by student" not in "".join(one.value for one in test.subheader)
    test.toggle(key=f"each-{number}").set_value(True)
    assert "Student by student" in "".join(one.value for one in run(test).subheader)


def test_two_sessions_are_compared_in_words(service: AppState, opens: Opens) -> None:
    record(service, None)
    record(service, None, 600)
    words = said(opens("sessions", compare="yes"))
    assert "clearly read" in words.casefold()
    assert "less than 2 points is not called clear" in words


def test_a_term_puts_the_lessons_of_one_class_side_by_side(
    service: AppState, opens: Opens, ada: str
) -> None:
    record(service, ada)
    only = said(opens("sessions", term="7b"))
    assert "two lessons or more" in only
    record(service, ada)
    test = opens("sessions")
    press(test, "The term")
    assert "2 lessons, from 17 November 2026" in said(test)
    assert "Nothing clearly changed" in said(test)
    test.selectbox(key="term-student").set_value(ada)
    assert said(run(test)).count("2 lessons, from") == 2


def test_a_lesson_that_was_cut_off_is_of_the_term_once_it_cannot_run_any_more(
    service: AppState, opens: Opens, ada: str
) -> None:
    record(service, ada)
    record(service, ada, ends=False)
    for hours, told in ((23, "two lessons or more"), (25, "2 lessons, from")):
        service.now = partial(float, (RECORDED + timedelta(hours=hours)).timestamp())
        assert told in said(opens("sessions", term="7b"))


def test_a_session_is_called_and_is_of_the_class_that_the_teacher_says(
    service: AppState, opens: Opens
) -> None:
    number = record(service, None)
    test = opens("sessions", session=str(number))
    test.text_input(key=f"class-{number}").input("8a")
    test.text_input(key=f"title-{number}").input("Fractions")
    press(run(test), "Save")
    assert "Fractions · 8a" in test.title[0].value
    with service.store() as store:
        assert (store.find(number).class_name, store.find(number).title) == ("8a", "Fractions")
    assert "Fractions · 8a" in said(opens("sessions"))


def test_a_session_is_deleted_after_a_question(service: AppState, opens: Opens) -> None:
    number = record(service, None)
    test = opens("sessions", session=str(number))
    assert "cannot be taken back" in said(test)
    press(test, "Delete for good")
    with service.store() as store:
        assert store.sessions() == []
    assert "is deleted" in said(test)


@pytest.mark.parametrize("number", ["99", "x", "-1", "1' or '1"])
def test_no_such_session(opens: Opens, number: str) -> None:
    assert "There is no" in said(opens("sessions", session=number))


def test_a_picture_is_tried_and_not_stored(
    service: AppState, opens: Opens, people: tuple[DrawnStudent, ...], tmp_path: Path
) -> None:
    before = sorted(path for path in tmp_path.rglob("*"))
    test = opens("pictures")
    picture = to_jpeg(reference_picture(people[0], "happy"), 92)
    test.file_uploader[0].set_value([("a.jpg", picture, "image/jpeg"), ("b.jpg", b"", "x")])
    words = said(run(test))
    assert "**happy**" in words
    assert "The file is empty" in words
    assert sorted(path for path in tmp_path.rglob("*")) == before


def test_an_expression_is_taught_to_the_class_and_forgotten(
    service: AppState, opens: Opens, ada: str, people: tuple[DrawnStudent, ...]
) -> None:
    test = opens("expressions")
    test.text_input(key="teach-name").input("Confused")
    run(test).multiselect(key="teach-many").select(NAME)
    picture = to_jpeg(reference_picture(people[0], "surprise", session=1), 92)
    run(test).file_uploader[0].set_value([("a.jpg", picture, "image/jpeg")])
    run(test)
    for keep in [one for one in test.button if one.label == "Keep it"]:
        keep.click()
        run(test)
    press(test, "Teach confused")
    assert service.library.class_expressions() == ("confused",)
    assert service.library.open(ada).counts["confused"] == 1
    press(test, "Forget it")
    assert service.library.class_expressions() == ()


def test_everything_is_deleted_only_after_it_is_typed(
    service: AppState, opens: Opens, ada: str
) -> None:
    record(service, ada)
    test = opens("settings")
    button = next(one for one in test.button if one.label == "Delete everything for good")
    assert button.disabled
    test.text_input(key="sure-everything").input("delete everything")
    press(run(test), "Delete everything for good")
    assert service.library.students() == []
    with service.store() as store:
        assert store.sessions() == []


def test_a_token_is_shown_once_and_revoked(service: AppState, opens: Opens) -> None:
    test = opens("settings")
    test.text_input[[one.label for one in test.text_input].index("What is it for?")].input("Board")
    press(test, "Make")
    (token,) = [one.value for one in test.code]
    assert token.startswith("ffer_")
    assert [one.value for one in run(test).code] == []
    assert "Board" in said(test)
    press(test, "Revoke")
    assert "Board" not in said(test)


def test_a_student_gets_a_link_of_their_own_while_a_class_is_watched(
    service: AppState, opens: Opens, ada: str
) -> None:
    make = [one.label for one in opens("students", student=ada).button]
    assert "Make a link" not in make, "no class is watched"
    running = service.lessons.open("7b")
    test = press(opens("students", student=ada), "Make a link")
    (link,) = [one.value for one in test.code]
    invitations = service.portal.invitations
    invitation = invitations.read(link.rsplit("/", 1)[-1])
    assert (invitation.student, invitation.class_id) == (ada, running.id)
    assert [one.value for one in run(test).code] == [link], "the same link, not another one"
    running.close()
    assert invitations.listed() == ()


def test_who_signed_in_can_sign_out(service: AppState, opens: Opens) -> None:
    assert 'href="/sign-out"' in said(opens("settings"))
    service.credentials.set_password("a long enough password")
    assert 'href="/sign-out"' in said(opens("settings"))
