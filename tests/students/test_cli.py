from __future__ import annotations

from itertools import cycle

import cv2
import numpy as np
import pytest

from fewshot_fer.arrays import Floats
from fewshot_fer.cli import people
from fewshot_fer.cli.call import Call
from fewshot_fer.expressions import BASIC
from fewshot_fer.faces.identity import Identity
from fewshot_fer.records.store import Store
from tests.records.views import second
from tests.students.people import tree
from tests.students.recogniser import face, mean_of, shown
from tests.students.terminal import Terminal


def test_enrol_list_show_rename_remove(terminal: Terminal) -> None:
    anna = terminal.enroll("Anna", *BASIC)
    listed = terminal.json("students", "list")["students"]
    assert [(s["student"], s["name"], s["references"]["happy"]) for s in listed] == [
        (anna, "Anna", 1)
    ]
    page = terminal.json("students", "show", "anna")
    assert page["consent"]["by"] == "Her father"
    assert terminal.json("students", "rename", anna[:4], "Anne")["name"] == "Anne"
    assert terminal.run("students", "remove", "Anne") == 1
    assert "--yes" in terminal.said
    assert "Usage" not in terminal.said
    assert terminal.json("students", "remove", "Anne", "--yes")["removed"] == [anna]
    assert terminal.json("students", "list") == {"students": []}


def test_who_is_removed_is_removed_from_the_record_too(terminal: Terminal) -> None:
    anna, ben = terminal.enroll("Anna", "happy"), terminal.enroll("Ben", "happy")
    with Store.open("sqlite:///fewshot-fer.db") as store:
        store.write(store.begin(per_student=True), [second(0, {anna: "happy", ben: "sad"})])
        removed = terminal.json("students", "remove", "Anna", "--yes")
        assert removed == {"removed": [anna], "sessions": [1]}
        assert store.students_of(1) == [ben]


def test_the_terminal_shows_the_card(terminal: Terminal) -> None:
    black = terminal.picture("dark.png", np.zeros((192, 192, 3), np.uint8))
    happy = terminal.picture("h.png", shown("happy", 1))
    arguments = ["enroll", "--name", "[red]Anna", "--consent", "P", f"happy={happy}"]
    assert terminal.run(*arguments, f"sad={black}", "--skip-refused") == 0
    assert "[red]Anna" in terminal.said
    # Where a line is folded depends on the folder's name.
    assert "dark.png:Nofacewasfound." in "".join(terminal.said.split())
    assert "A picture of " in terminal.said
    assert terminal.run("students", "list") == 0
    assert "happy 1" in terminal.said
    assert terminal.run("students", "show", "[red]anna") == 0


def test_enrolling_needs_consent_and_says_so(terminal: Terminal) -> None:
    happy = terminal.picture("h.png", shown("happy", 1))
    assert terminal.run("enroll", "--name", "Anna", f"happy={happy}") == 1
    assert "--consent" in terminal.said
    assert not terminal.library.folder.exists()
    assert terminal.run("enroll", "--show-consent") == 0
    assert "Agreement" in terminal.said


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["happy=missing.jpg"], 1, "no such file"),
        (["hapy=h.png"], 1, "Did you mean 'happy'"),
        (["h.png"], 2, "EXPRESSION=FILE"),
        (["happy=h.png#7"], 1, "no face number 7"),
        (["happy=h.png", "sad=h.png"], 1, "nearly the same picture"),
        (["--folder", "nowhere"], 1, "no such folder"),
        (["--video", "nowhere.mp4"], 1, "no such file"),
        ([], 1, "no picture to learn from"),
    ],
)
def test_bad_input_is_an_error_and_nothing_is_stored(
    terminal: Terminal, arguments: list[str], code: int, said: str
) -> None:
    terminal.picture("h.png", shown("happy", 1))
    assert terminal.run("enroll", "--name", "Anna", "--consent", "P", *arguments) == code
    assert said in " ".join(terminal.said.split())
    assert tree(terminal.library.folder) == {}


def test_the_same_student_twice_offers_to_add(terminal: Terminal) -> None:
    anna = terminal.enroll("Anna", "happy")
    sad = terminal.picture("sad.png", shown("sad", 9))
    arguments = ["enroll", "--name", "Anna", "--consent", "P", f"sad={sad}"]
    assert terminal.run(*arguments) == 1
    assert f"--student {anna}" in " ".join(terminal.said.split())
    added = terminal.json("enroll", "--student", anna, f"sad={sad}")
    assert (added["references"], added["added"]) == ({"happy": 1, "sad": 1}, 1)
    fear = terminal.picture("fear.png", shown("fear", 9))
    assert terminal.run("enroll", "--student", anna, f"fear={fear}") == 0
    assert f"1 picture was added to Anna ({anna})." in terminal.said
    assert "is enrolled" not in terminal.said


def test_one_reference_can_be_taken_back(terminal: Terminal) -> None:
    anna = terminal.enroll("Anna", "happy", "sad")
    sad = terminal.library.open(anna).by_expression()["sad"][0].sha[:8]
    assert terminal.run("students", "show", "Anna") == 0
    assert sad in terminal.said
    assert terminal.run("students", "drop", "Anna", "zz", "--yes") == 1
    assert "students show" in terminal.said
    left = terminal.json("students", "drop", "Anna", sad, "--yes")
    assert left["references"] == {"happy": 1}


def test_pictures_of_two_people_are_refused_unless_one_vouches(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = (terminal.picture(f"{e}.png", shown(e, 1)) for e in ("happy", "sad"))
    arguments = ["enroll", "--consent", "P", f"happy={one}", f"sad={two}"]
    assert terminal.json(*arguments, "--name", "A")["unchecked"] is None
    everybody = cycle(np.eye(2, dtype=np.float32)[:, None])
    monkeypatch.setattr(Identity, "of", lambda _: Identity(lambda _: (next(everybody),)))
    assert terminal.run(*arguments, "--name", "B") == 1
    assert "somebody else" in terminal.said
    assert terminal.json(*arguments, "--name", "C", "--same-person")["added"] == 2


def test_where_nobody_can_be_asked_a_doubtful_picture_is_left_out_and_named(
    terminal: Terminal,
) -> None:
    given = [f"{e}={terminal.picture(f'{e}.png', shown(e, 1))}" for e in BASIC]
    odd = terminal.picture("odd.png", shown("neutral", 77))
    arguments = ["enroll", "--consent", "P", *given, f"sad={odd}"]
    assert terminal.run(*arguments, "--name", "Anna") == 0
    said = " ".join(terminal.said.split())
    assert "more like your neutral. It was left out." in said
    assert "*" not in said, "no Markdown in a terminal"
    assert "?" not in said[said.index("look at") :]
    without = terminal.json(*arguments, "--name", "Ben")
    assert without["references"]["sad"] == 1
    assert [doubt["kept"] for doubt in without["doubts"]] == [False]
    with_it = terminal.json(*arguments, "--name", "Cleo", "--keep-doubtful")
    assert (with_it["references"]["sad"], with_it["doubts"][0]["kept"]) == (2, True)
    terminal.run(*arguments, "--name", "Dan", "--keep-doubtful")
    assert "It was kept. It may be your way of showing sad." in " ".join(terminal.said.split())


def test_a_doubt_alone_stops_no_script(terminal: Terminal) -> None:
    odd = terminal.picture("odd.png", shown("neutral", 77))
    arguments = ["enroll", "--consent", "P", f"sad={odd}"]
    came = terminal.json(*arguments, "--name", "Anna")
    assert (came["references"], came["added"], came["doubts"][0]["kept"]) == ({}, 0, False)
    assert terminal.run(*arguments, "--name", "Ben", "--skip-doubtful") == 1
    assert "No picture is left" in terminal.said
    assert terminal.json(*arguments, "--name", "Cleo", "--keep-doubtful")["added"] == 1


def test_a_folder_and_a_video(terminal: Terminal) -> None:
    terminal.picture("anna/happy/1.png", shown("happy", 1))
    terminal.picture("anna/sad-1.png", shown("sad", 1))
    terminal.picture("anna/fear_1.png", np.zeros((192, 192, 3), np.uint8))
    answer = terminal.json(
        "enroll", "--name", "A", "--consent", "P", "--folder", str(terminal.folder / "anna")
    )
    assert answer["references"] == {"happy": 1, "sad": 1}
    assert answer["refused"][0]["source"] == "fear_1.png"
    video = terminal.folder / "film.avi"
    writer = cv2.VideoWriter(str(video), cv2.VideoWriter.fourcc(*"MJPG"), 5, (192, 192))
    for name in ("happy", "surprise"):
        for seed in range(10):
            writer.write(shown(name, seed))
    writer.release()
    answer = terminal.json("enroll", "--name", "B", "--consent", "P", "--video", str(video))
    assert answer["references"] == {"happy": 1, "surprise": 1}


def test_export_import_verify_expire(terminal: Terminal) -> None:
    anna = terminal.enroll("Anna", "happy")
    path = terminal.json("students", "export", "Anna", str(terminal.folder))["path"]
    terminal.json("students", "remove", "Anna", "--yes")
    assert terminal.json("students", "import", path)["students"][0]["student"] == anna
    assert terminal.run("students", "import", path) == 1
    assert terminal.json("students", "verify") == {"sound": True, "problems": []}
    next((terminal.library.folder / anna).rglob("*.png")).write_bytes(b"x")
    assert terminal.run("students", "verify") == 1
    assert "altered" in terminal.said
    assert terminal.json("students", "expire", "--older-than", "30") == {"removed": []}


def test_who_expires_is_forgotten_by_the_record_too(terminal: Terminal) -> None:
    happy = terminal.picture("h.png", shown("happy", 1))
    ben = terminal.enroll("Ben", "happy")
    arguments = ["enroll", "--name", "Anna", "--consent", "P", f"happy={happy}"]
    anna = terminal.json(*arguments, "--keep-until", "2026-01-01")["student"]
    with Store.open("sqlite:///fewshot-fer.db") as store:
        store.write(store.begin(per_student=True), [second(0, {anna: "happy", ben: "sad"})])
        assert terminal.json("students", "expire", "--yes") == {"removed": [anna]}
        assert store.students_of(1) == [ben]


def test_expressions_come_and_go(terminal: Terminal) -> None:
    terminal.enroll("Anna", "neutral")
    look = np.array([9, -9, 0, 0, 9, 0, 0, -9, 0], np.float32)
    one, two = terminal.picture("c.png", face(look)), terminal.picture("d.png", face(-look))
    terminal.json("expressions", "add", "confused", "--student", "Anna", one)
    terminal.json("expressions", "add", "bored", f"Anna={two}")
    listed = terminal.json("expressions", "list", "--student", "Anna")["expressions"]
    assert listed[-2:] == [
        {"name": "bored", "of": "the class"},
        {"name": "confused", "of": "the student"},
    ]
    assert terminal.run("expressions", "list") == 0
    assert "Some have expressions of their own: Anna." in terminal.said
    terminal.json("expressions", "remove", "confused", "--student", "Anna", "--yes")
    terminal.json("expressions", "remove", "bored", "--yes")
    assert terminal.json("students", "show", "Anna")["references"] == {"neutral": 1}


def test_recalibrate_undo_history_compare(terminal: Terminal) -> None:
    terminal.enroll("Anna", *BASIC)
    before = tree(terminal.library.folder)
    other_light = terminal.picture("n.png", shown("neutral", 5, 2.0))
    came = terminal.json("recalibrate", "run", "Anna", "--image", f"neutral={other_light}")
    assert came["references"]["before"]["right"] == 1.0
    (entry,) = terminal.json("recalibrate", "history", "Anna")["calibrations"]
    assert entry["in_use"]
    short = entry["calibration"][:6]
    both = terminal.json("recalibrate", "compare", "Anna", "none", short)
    assert both["first"]["right"] == 1.0
    assert terminal.run("recalibrate", "history", "Anna") == 0
    assert "in use" in terminal.said
    terminal.json("recalibrate", "undo", "Anna")
    assert tree(terminal.library.folder) == before
    assert terminal.run("recalibrate", "run", "Anna") == 2
    for i in range(16):
        terminal.picture(f"frames/{i}.png", shown("neutral", i, 2.0))
    frames = str(terminal.folder / "frames")
    came = terminal.json(
        "recalibrate", "run", "Anna", "--frames", frames, "--expression", "neutral"
    )
    assert came["kept_aside"]["after"]["right"] == 1.0
    assert terminal.run("recalibrate", "run", "Anna", "--frames", frames) == 0
    assert "of 8 pictures set aside to test it" in " ".join(terminal.said.split())


def test_a_class_is_recalibrated_from_who_is_in_view(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    anna, ben = terminal.enroll("Anna", *BASIC), terminal.enroll("Ben", *BASIC)
    light = np.array([3, -3, 2, 0, 0, -2, 2, 0, 0], np.float32)
    clear = np.stack([mean_of(name) + light for name in BASIC * 2])
    watched: list[tuple[str, float]] = []

    def looks(_call: Call, source: str, seconds: float) -> dict[str, Floats]:
        watched.append((source, seconds))
        return {anna: clear, ben: clear[:2]}

    monkeypatch.setattr(people, "watched", looks)
    arguments = ["recalibrate", "run", "--class", "--source", "lesson.mp4", "--seconds", "30"]
    came = terminal.json(*arguments)
    assert watched == [("lesson.mp4", 30.0)]
    assert set(came["recalibrated"]) == {anna}
    assert came["recalibrated"][anna]["kept_aside"]["after"]["pictures"] == 7
    assert came["recalibrated"][anna]["helped"] in (True, None)
    assert "Too few frames are sure" in came["left_as_is"][ben]
    (entry,) = terminal.json("recalibrate", "history", "Anna")["calibrations"]
    assert entry["in_words"].endswith("class")
    assert terminal.json("recalibrate", "history", "Ben")["calibrations"] == []
    assert terminal.run(*arguments) == 0
    assert "left as it was" in " ".join(terminal.said.split())
