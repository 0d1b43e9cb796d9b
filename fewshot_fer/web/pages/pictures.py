"""Try a picture or a video: what do the faces in it show? Nothing is stored."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

import streamlit as st

from fewshot_fer.arrays import Bytes
from fewshot_fer.images import at_most, decode_image, to_png
from fewshot_fer.lesson.clips import Clip
from fewshot_fer.lesson.drawing import numbered
from fewshot_fer.lesson.found import Found, columns, expressions_in
from fewshot_fer.lesson.sources import is_video
from fewshot_fer.lesson.who import likeness
from fewshot_fer.reports import tables, words
from fewshot_fer.sentences import sentence
from fewshot_fer.stills import NamedFace, name_faces
from fewshot_fer.students.store.records import Summary
from fewshot_fer.web.app_state import AppState
from fewshot_fer.web.pages.parts import bars, charts, frame, plain, tried
from fewshot_fer.web.pages.parts.progress import Progress
from fewshot_fer.web.pages.people import collect

_SHOWN = 12
"""Pictures that are drawn at once; the downloads hold all."""
_LONGEST = 1600
"""What a picture with boxes is shrunk to."""
_NOBODY = "People in general"


def show(app: AppState) -> None:
    """Drop, look, take along."""
    frame.head(
        "Try a picture", "See what the faces in pictures or a video show. Nothing here is stored."
    )
    with frame.guarded():
        dropped = st.file_uploader(
            "Pictures or a video",
            type=[*collect.KINDS, *tried.VIDEOS],
            accept_multiple_files=True,
            key="tried-files",
            help="The limit is for videos; a picture is far smaller.",
        )
        student = _whom(app)
        if not dropped:
            frame.empty(
                "image_search",
                "No picture yet",
                "Drop pictures or a video above. Every face gets a box, what it shows, and how "
                "probable each expression is.",
            )
            return
        _answers(app, dropped, student)


def _whom(app: AppState) -> Summary | None:
    found = app.library.students()
    if not found:
        return None
    return st.selectbox(
        "Read the faces as",
        [None, *found],
        format_func=lambda one: _NOBODY if one is None else one.name,
        help="Choose a student to compare: read as people in general, and as this student.",
    )


def _answers(app: AppState, dropped: Sequence[object], student: Summary | None) -> None:
    found = Found()
    for number, file in enumerate(dropped):
        name, data = file.name, file.getvalue()  # type: ignore[attr-defined]
        with frame.guarded():
            if is_video(Path(name)):
                found.clips.append(_video(app, name, data, student))
            else:
                faces = _picture(app, name, data, student, drawn=number < _SHOWN)
                found.pictures.append((Path(name), faces))
    if found:
        _take_along(found)


def _picture(
    app: AppState, name: str, data: bytes, student: Summary | None, *, drawn: bool
) -> list[NamedFace]:
    image = decode_image(data, where=name)
    key = sha256(data).hexdigest()
    generic = _named(app, key, image, None)
    own = _named(app, key, image, student) if student is not None else None
    if drawn:
        with st.container(border=True, key=f"tried-{key[:16]}"):
            _shown(app, key, name, image, generic, own, student)
    return own if own is not None else generic


def _named(app: AppState, key: str, image: Bytes, student: Summary | None) -> list[NamedFace]:
    """The faces of a picture, remembered in this tab until something changes."""
    stamp = str(app.library.stamp(student.id)) if student is not None else ""
    known: dict[object, list[NamedFace]] = st.session_state.setdefault("tried", {})
    about = (key, student.id if student is not None else None, stamp)
    if about not in known:
        whom = student.id if student is not None else None
        told = likeness(app.library, app.opened().identity, whom)
        known[about] = name_faces(image, app.roster, whom, told)
    return known[about]


def _shown(
    app: AppState, key: str, name: str, image: Bytes, generic: Sequence[NamedFace],
    own: Sequence[NamedFace] | None, student: Summary | None,
) -> None:  # fmt: skip
    faces = own if own is not None else generic
    drawn = at_most(numbered(image, faces), _LONGEST)
    left, right = st.columns([3, 2], gap="medium")
    with left:
        st.image(drawn, width="stretch", alt=f"{name}, with {plain.count(len(faces), 'face')}")
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"{plain.text(name)}: {plain.count(len(faces), 'face')}", width="stretch")
            frame.download(
                "Picture with boxes", f"{name.rsplit('.', 1)[0]}-faces.png", "image/png",
                lambda: to_png(drawn), key=f"png-{key}", type="tertiary",
            )  # fmt: skip
    with right:
        if not faces:
            st.info("No face was found. Faces need about 20 pixels and some light.")
        elif len(faces) > 1:
            theirs = next((n for n, f in enumerate(faces, 1) if f.student is not None), 1)
            whom = student.id if student is not None else ""
            chosen = st.pills(
                "Face, counted from the left",
                list(range(1, len(faces) + 1)),
                default=theirs,
                required=True,
                key=f"which-{key}-{whom}",
            )
            _face(generic, own, student, (chosen or 1) - 1, key)
        else:
            _face(generic, own, student, 0, key)


def _face(
    generic: Sequence[NamedFace], own: Sequence[NamedFace] | None, student: Summary | None,
    place: int, key: str,
) -> None:  # fmt: skip
    if own is None or student is None:
        _scores(generic[place], f"{key}-{place}")
        return
    if own[place].student is None:
        frame.quiet(f"This face is not taken for {student.name}'s: it is read as a stranger's.")
        _scores(generic[place], f"{key}-{place}")
        return
    as_student, as_anybody = st.tabs([f"As {plain.text(student.name)}", _NOBODY])
    with as_student:
        _scores(own[place], f"{key}-{place}-own")
    with as_anybody:
        _scores(generic[place], f"{key}-{place}")
    same = own[place].expression == generic[place].expression
    frame.quiet(
        f"As {student.name}: {own[place].expression}. As people in general: "
        f"{generic[place].expression}." + (" Both agree." if same else "")
    )


def _scores(face: NamedFace, key: str) -> None:
    if face.unsure is None:
        st.markdown(f"**{plain.text(face.expression)}**, quality {plain.percent(face.quality)}")
    else:
        why = plain.text(sentence(face.unsure))
        st.markdown(f"**unsure**, perhaps {plain.text(face.expression)}  \n{why}")
    st.altair_chart(
        charts.scores(face.scores, tuple(face.scores)),
        key=f"scores-{key}",
        alt="How probable each expression is",
    )


def _video(app: AppState, name: str, data: bytes, student: Summary | None) -> Clip:
    digest, whom = sha256(data).hexdigest(), student.id if student is not None else None
    clip = _watched(app, name, data, digest, whom)
    faces = [face for frame in clip.frames for face in frame.faces]
    names = expressions_in(faces)
    unsure = sum(face.unsure is not None for face in faces)
    with st.container(border=True, key=f"video-{digest[:16]}"):
        st.markdown(f"**{plain.text(name)}**")
        if clip.broken is not None:
            st.warning(clip.broken)
        if not faces:
            st.info("No face was found in this video.")
            return clip
        at_a_time = len(faces) / len(clip.frames)
        facts = [(words.clock(clip.frames[-1].time), "length")]
        facts.append((f"{at_a_time:.1f}", "faces at a time"))
        facts.append((plain.percent(unsure / len(faces)), "of the looks at them unsure"))
        st.html(bars.facts(facts))
        line = tried.timeline(clip.frames, names)
        frame.quiet("Share of each expression among the faces that were clearly read")
        st.html(bars.legend(names))
        st.altair_chart(
            charts.shares_over_time(line, names, height=200),
            key=f"video-shares-{digest}-{whom}",
            alt="Share of each expression among the faces that were clearly read, over time",
        )
        frame.quiet("How many of the faces were clearly read")
        st.altair_chart(
            charts.coverage_over_time(line),
            key=f"video-cover-{digest}-{whom}",
            alt="Share of faces that were clearly read, over time",
        )
    return clip


def _watched(app: AppState, name: str, data: bytes, digest: str, whom: str | None) -> Clip:
    """What is in a video, remembered in this tab."""
    known: dict[object, Clip] = st.session_state.setdefault("tried-videos", {})
    if (digest, whom) not in known:
        progress = Progress(f"Watching {name}, seconds")
        try:
            known[digest, whom] = tried.watch(
                app,
                name,
                data,
                whom,
                lambda now, length: progress(round(now), max(1, round(length))),
            )
        finally:
            progress.close()
    return known[digest, whom]


def _take_along(found: Found) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown("**Take along**")
        frame.download("JSON", "faces.json", "application/json", lambda: tried.as_json(found))
        frame.download("CSV", "faces.csv", "text/csv", lambda: tables.as_csv(columns(found)))
