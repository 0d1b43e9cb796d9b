"""Pictures that a lesson has in memory: of whom, which, and for how long."""

from __future__ import annotations

import gc
from collections.abc import Callable
from dataclasses import replace
from weakref import ref

import pytest

from fewshot_fer.arrays import Bytes
from fewshot_fer.faces.values import Faces
from fewshot_fer.lesson.album import Album
from fewshot_fer.lesson.session import ClassSession
from fewshot_fer.reasons import Code, Reason
from fewshot_fer.students.store.records import EVERY, Purpose, Purposes
from tests.lesson.colours import Colours, Places, Pupils, picture, reading
from tests.students.people import portrait
from tests.students.recogniser import FINE

DARK = Reason(Code.DARK)


def shown(album: Album, now: float, *, moment: bool = False) -> dict[str, list[str]]:
    found = album.of(now, moment)
    return {who: sorted(face.expression for face in faces) for who, faces in found.items()}


def test_of_each_expression_the_clearest_of_a_minute_is_kept() -> None:
    album = Album()
    looks = [(0.0, "happy", 0.4), (1.0, "happy", 0.9), (2.0, "happy", 0.5), (3.0, "sad", 0.6)]
    for k, (time, expression, score) in enumerate(looks):
        quality = replace(FINE, score=score)
        album.see("anna", portrait(k), quality, reading(expression), time)
    assert shown(album, 3.0) == {"anna": ["happy", "sad"]}
    [happy] = [one for one in album.of(3.0)["anna"] if one.expression == "happy"]
    assert (happy.portrait == portrait(1)).all()
    assert shown(album, 62.0) == {"anna": ["sad"]}
    album.see("anna", portrait(9), replace(FINE, score=0.2), reading("happy"), 62.0)
    assert shown(album, 62.0) == {"anna": ["happy", "sad"]}
    assert shown(album, 200.0) == {}


def test_what_is_not_sure_or_may_not_teach_is_not_among_them() -> None:
    album = Album()
    album.see("anna", portrait(1), FINE, replace(reading("happy"), unsure=DARK), 0.0)
    album.see("ben", portrait(2), replace(FINE, sharpness=0.1), reading("happy"), 0.0)
    assert shown(album, 0.0) == {}
    assert shown(album, 0.0, moment=True) == {"anna": ["happy"]}, "a moment may show anything"


def test_of_a_moment_there_is_one_sharp_face() -> None:
    album = Album()
    for k, sharpness in enumerate((0.5, 0.9, 0.6)):
        quality = replace(FINE, sharpness=sharpness)
        album.see("anna", portrait(k), quality, reading("sad"), 10.0 + k)
    [face] = album.of(12.0, moment=True)["anna"]
    assert (face.portrait == portrait(1)).all()
    assert album.of(20.0, moment=True) == {}
    album.forget("anna")
    assert album.of(12.0) == {}


def fine(_image: Bytes, faces: Faces, _aligned: Bytes, /) -> list[object]:
    return [FINE] * len(faces)


def test_only_who_agreed_to_pictures_is_in_it() -> None:
    agreed: dict[str | None, Purposes] = {"b": EVERY - {Purpose.PICTURES}}
    pupils = Pupils({"a": "Ada", "b": "Bo", "c": "Cem"}, agreed)
    live = ClassSession(Colours(), pupils, follower=Places(), assess=fine)  # type: ignore[arg-type]
    look = picture(["happy", "sad", "neutral", "fear"])
    live.look(look, 0.0)
    for track, student in enumerate("abc", 1):
        live.name(track, student)
    live.look(look, 1.0)
    assert shown(live.album, 1.0) == {"a": ["happy"], "c": ["neutral"]}
    [face] = live.album.of(1.0)["a"]
    assert face.portrait.shape == (192, 192, 3)
    live.name(3, "b")
    assert shown(live.album, 1.0) == {"a": ["happy"]}, "nothing of what a wrong name has brought"


def deleted(pupils: Pupils) -> None:
    pupils.names = {"c": "Cem"}


def withdrew(purpose: Purpose) -> Callable[[Pupils], None]:
    return lambda pupils: pupils.agreed.update(a=EVERY - {purpose})


@pytest.mark.parametrize("seen", [True, False], ids=["seen", "out of sight"])
@pytest.mark.parametrize(
    "leaves", [deleted, withdrew(Purpose.READ), withdrew(Purpose.PICTURES)],
    ids=["deleted", "not read", "no pictures"],
)  # fmt: skip
def test_no_picture_stays_in_memory_of_who_leaves(
    leaves: Callable[[Pupils], None], *, seen: bool
) -> None:
    pupils = Pupils({"a": "Ada", "c": "Cem"})
    live = ClassSession(Colours(), pupils, follower=Places(), assess=fine)  # type: ignore[arg-type]
    both = picture(["happy", "neutral"])
    live.look(both, 0.0)
    live.name(1, "a")
    live.name(2, "c")
    live.look(both, 1.0)
    if not seen:
        for second in range(2, 30):
            live.look(picture([None, "neutral"]), second)
    theirs, other = (ref(live.album.of(1.0)[one][0].portrait) for one in "ac")
    leaves(pupils)
    live.forget_who_left(30.0)
    gc.collect()
    assert (theirs() is None, other() is None) == (True, False)
    live.forget_who_left(120.0)
    gc.collect()
    assert other() is None, "nobody was seen for more than a minute"
