"""Pages in several languages: nothing is said past the catalogues, nor breaks without them."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from html import unescape
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from fewshot_fer import look
from fewshot_fer.languages import ENGLISH, LANGUAGES, PSEUDO, Phrase, Say, catalogue, chosen, many
from fewshot_fer.reasons import Code, Reason
from fewshot_fer.records.values import Mark
from fewshot_fer.reports.page import page
from fewshot_fer.reports.summary import report_of
from fewshot_fer.reports.words import headlines, title
from fewshot_fer.sentences import sentence
from fewshot_fer.students.store.consent import CURRENT, agreed, altered, consent_text, languages
from fewshot_fer.students.store.reader import utc_now
from fewshot_fer.web.html import LANGUAGE_COOKIE
from fewshot_fer.web.wire import in_language
from tests.reports.lessons import drawn_class, recorded
from tests.web.portal.device import School, app_of, school_at
from tests.web.sentences import WEB, all_of_them, found, past_the_catalogues

OTHERS = sorted(set(LANGUAGES) - {ENGLISH})


@pytest.fixture
def school(tmp_path: Path) -> School:
    return school_at(tmp_path)


def browser(school: School, **headers: str) -> TestClient:
    return TestClient(
        app_of(school), base_url="http://127.0.0.1:8501", client=("127.0.0.1", 9),
        follow_redirects=False, headers=headers,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("wish", "header", "found"),
    [
        (None, "", "en"),
        (None, "de-AT,de;q=0.9,en;q=0.8", "de"),
        (None, "tlh, zh-Hans-CN;q=0.5, fr;q=0.2", "zh"),
        (None, "fr;q=0, es;q=wrong, *", "en"),
        ("hi", "de", "hi"),
        ("klingon", "es", "es"),
    ],
)
def test_the_language_is_the_chosen_one_or_the_browsers(
    wish: str | None, header: str, found: str
) -> None:
    assert chosen(wish, header).language == found


@pytest.mark.parametrize("language", OTHERS)
def test_catalogues_say_what_pages_say(language: str) -> None:
    said, sentences = catalogue(language), all_of_them()
    assert sorted(sentences - set(said)) == []
    assert sorted(set(said) - set(found())) == [], "nobody says these any more"
    for english, other in said.items():
        assert other.strip(), english
        fields = re.findall(r"\{[^}]*\}", english)
        assert sorted(re.findall(r"\{[^}]*\}", other)) == sorted(fields), english
    assert set(said) == set(catalogue("de")), "all catalogues have the same sentences"


def test_teachers_pages_and_scripts_say_nothing_past_the_catalogues() -> None:
    assert list(past_the_catalogues()) == []


def test_a_day_is_written_as_in_the_language() -> None:
    day = date(2026, 3, 2)
    assert (Say("de").day(day), Say("zh").day(day)) == ("2.3.2026", "2026年3月2日")


def test_what_a_catalogue_lacks_is_said_in_english() -> None:
    assert Say("de")("Nobody wrote this, {name}.", name="Anna") == "Nobody wrote this, Anna."
    assert Say("de")("Join {name}", name="7b") == "7b beitreten"


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_agreement_names_its_language(language: str) -> None:
    assert languages() == tuple(sorted(LANGUAGES))
    consent = agreed("Anna", utc_now(), language=language, days=90)
    assert (consent.language, consent.days) == (language, 90)
    assert "90" in consent_text(CURRENT, language, 90)
    assert "{" not in consent_text(CURRENT, language, 90)
    assert not altered(consent)
    assert agreed("Anna", utc_now(), language="tlh").language == ENGLISH


@pytest.mark.parametrize("language", OTHERS)
def test_a_student_joins_in_their_language(school: School, language: str) -> None:
    page, link = browser(school, **{"accept-language": language}), school.invite()[0]
    joining = unescape(page.get(link).text)
    assert f'<html lang="{language}" dir="ltr">' in joining
    assert Say(language)("I have read this and the agreement, and I agree:") in joining
    assert page.post(link, data={"name": "Ben", "read": "yes"}).status_code == 303
    (ben,) = school.service.library.students()
    assert school.service.library.open(ben.id).consent.language == language
    assert Say(language)("What is stored about you") in unescape(page.get("/me").text)
    assert Say(language)("Sign in") in page.get("/sign-in").text


def test_the_language_is_switched_on_the_page(school: School) -> None:
    page, link = browser(school, **{"accept-language": "de"}), school.invite()[0]
    assert "Klasse" in page.get(link).text
    switched = page.get("/language", params={"to": "es", "next": link})
    assert switched.headers["location"] == link
    assert "clase" in page.get(link).text
    elsewhere = page.get("/language", params={"to": "tlh", "next": "//evil.example"})
    assert elsewhere.headers["location"] == "/"
    assert LANGUAGE_COOKIE not in elsewhere.cookies


@pytest.mark.parametrize("path", ["join", "/me", "/me/delete", "/sign-in", "/sign-out"])
def test_no_words_of_a_page_are_outside_the_catalogues(school: School, path: str) -> None:
    """In the language for tests every sentence is marked: what is not was never asked for."""
    page, link = browser(school), school.invite()[0]
    page.cookies.set(LANGUAGE_COOKIE, PSEUDO)
    page.post(link, data={"name": "Ben", "read": "yes"})
    text = page.get(link if path == "join" else path).text
    assert '<html lang="xx" dir="rtl">' in text
    for known in ("fewshot-fer", "Ben", "7b", *LANGUAGES.values()):
        text = text.replace(known, "")
    text = re.sub(r'<div class="text".*?</div>', "", text, flags=re.DOTALL)
    text = re.sub(r"<(script|style|svg|code).*?</\1>|<!--.*?-->", "", text, flags=re.DOTALL)
    left = re.sub(r"‹[^›]*›", "", re.sub(r"<[^>]*>", " ", text))
    assert re.findall(r"[A-Za-z]{3,}", re.sub(r"\d+ [A-Z][a-z]+ \d{4}|&\w+;", "", left)) == []


def test_no_words_of_a_report_are_outside_the_catalogues() -> None:
    lesson = recorded(drawn_class(2, 1200, sad=(3,), sad_from=600))
    text = page(report_of(lesson), say=Say(PSEUDO))
    assert '<html lang="xx" dir="rtl">' in text
    text = unescape(re.sub(r"<(style|svg).*?</\1>", "", text, flags=re.DOTALL))
    left = re.sub(r"<[^>]*>", " ", text)
    while left != (inner := re.sub(r"‹[^‹›]*›", "", left)):
        left = inner
    expressions = "|".join(lesson.session.names)
    assert re.findall(r"[A-Za-z]{4,}", re.sub(rf"{expressions}|[A-Z][a-z]+ 2026", "", left)) == []


def test_a_phrase_is_said_again_in_any_language() -> None:
    asked = many(2, "{count} picture", "{count} pictures")
    said = Phrase(
        "Deletes {students} with all pictures, and {sessions}. This cannot be taken back.",
        students=asked, sessions=Phrase("nothing"),
    )  # fmt: skip
    assert said == "Deletes 2 pictures with all pictures, and nothing. This cannot be taken back."
    assert Say("de")(said) == (
        "Löscht 2 Bilder mit allen Bildern und nichts. Das lässt sich nicht zurücknehmen."
    )
    none = many(0, "{count} picture", "{count} pictures")
    assert [Say(one)(none) for one in ("de", "fr", "zh")] == ["0 Bilder", "0 image", "0 张图片"]
    assert [Say(one).decimal(2.5) for one in ("en", "es", "hi")] == ["2.5", "2,5", "2.5"]


WORDS = sorted(text for text in catalogue("de") if "{" not in text)


def test_what_somebody_typed_is_never_taken_for_a_word_of_ours() -> None:
    say = Say("de")
    assert {"happy", "unsure", "Students", "Settings"} < set(WORDS)
    for word in WORDS:
        assert say("Join {name}", name=word) == f"{word} beitreten"
        row = Phrase("{some} and {last}", some=(word, word), last=word)
        assert say(row) == f"{word}, {word} und {word}"
        asked = sentence(Reason(Code.PICTURE_OF_TWO, other=word))
        assert word in say(asked)
    same = Reason(Code.SAME_PICTURE, other=Phrase("happy"), expression="happy")
    assert "fröhlich" in say(sentence(same))
    doubt = Reason(Code.LIKE_YOUR, expression="happy", looks_like="sad")
    assert {"fröhlich", "traurig"} == {say.fact(*one) for one in doubt.facts.items()}


def test_people_and_marks_that_are_called_like_words_stay_in_a_report() -> None:
    lesson = recorded(drawn_class(2, 1200, sad=range(20), sad_from=600), [Mark(600, "Sessions")])
    session = replace(lesson.session, title="Settings", class_name="Students")
    report = report_of(replace(lesson, session=session))
    say, called = (
        Say("de"),
        dict.fromkeys(report.watched.usuals, "neutral") if report.watched else {},
    )
    told = " ".join(map(say, headlines(report, called)))
    assert "(Sessions)" in told
    assert "traurig" in told
    assert say(title(session)).startswith("Settings · Students, 2.3.2026")


def test_messages_keep_what_people_typed() -> None:
    typed = {
        "type": "state", "name": "Students", "title": "Settings", "signals": [],
        "marks": [{"second": 1, "text": "Sessions"}],
        "people": [{"student": "s1", "name": "happy", "unsure": None}],
    }  # fmt: skip
    assert in_language({**typed, "trouble": "The disk is full."}, Say("de")) == {
        **typed, "trouble": "Die Festplatte ist voll.",
    }  # fmt: skip


def test_styles_of_students_pages_know_no_left_and_right() -> None:
    style = look.sheet("elements", "parts")
    style += (WEB / "static/portal/student.css").read_text(encoding="utf-8")
    sided = r"(?:margin|padding|border)-(?:left|right)|text-align: (?:left|right)|float:"
    assert re.findall(sided, style) == []
