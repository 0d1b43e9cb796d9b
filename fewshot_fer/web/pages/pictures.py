"""Try a picture or a video: what do the faces in it show? Nothing is stored."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

import streamlit as st

from fewshot_fer.arrays import Bytes
from fewshot_fer.images import at_most, decode_image, to_png
from fewshot_fer.languages import many
from fewshot_fer.lesson.clips import Clip
from fewshot_fer.lesson.drawing import numbered
from fewshot_fer.lesson.found import Found, columns, expressions_in
from fewshot_fer.lesson.sources import is_video
from fewshot_fer.lesson.who import likeness
from fewshot_fer.reports import tables
from fewshot_fer.reports.charts import stack
from fewshot_fer.sentences import sentence
from fewshot_fer.stills import NamedFace, name_faces
from fewshot_fer.students.classes import of_class
from fewshot_fer.students.store.records import Summary
from fewshot_fer.web.app_state import AppState
from fewshot_fer.web.pages.parts import bars, charts, frame, plain, tried
from fewshot_fer.web.pages.parts import session as one_session
from fewshot_fer.web.pages.parts.components import player
from fewshot_fer.web.pages.parts.progress import Progress
from fewshot_fer.web.pages.parts.saying import _, say
from fewshot_fer.web.pages.people import collect
from fewshot_fer.web.wire import data_url

_SHOWN = 12
"""Pictures that are drawn at once; the downloads hold all."""
_LONGEST = 1600
"""What a picture with boxes is shrunk to."""
_REMEMBERED = 3
"""Videos that a tab remembers, with their copies."""


def show(app: AppState) -> None:
    """Drop, look, download."""
    frame.head(
        _("Try a picture or a video"),
        _(
            "See what the faces in pictures, or in a recorded lesson, show. Nothing is stored "
            "unless you say so."
        ),
    )
    with frame.guarded():
        dropped = st.file_uploader(
            _("Pictures or a video"),
            type=[*collect.KINDS, *tried.VIDEOS],
            accept_multiple_files=True,
            key="tried-files",
            help=_("The limit is for videos; a picture is far smaller."),
        )
        of = _which(app)
        student = _whom(app, of)
        if not dropped:
            frame.empty(
                "image_search",
                _("No picture yet"),
                _(
                    "Drop pictures or a video above. Every face gets a box, what it shows, and how "
                    "probable each expression is."
                ),
            )
            return
        _answers(app, dropped, of, student)


def _which(app: AppState) -> str:
    """Whose faces are known, where there are classes: those of one, or everybody's."""
    there = app.library.classes()
    if not there:
        return ""
    everybody = _("All students")
    return st.selectbox(
        _("Class"), ["", *there], ["", *there].index(app.chosen) if app.chosen in there else 0,
        key="tried-class", format_func=lambda name: name or everybody,
    )  # fmt: skip


def _whom(app: AppState, of: str) -> Summary | None:
    found = of_class(app.library, of)
    if not found:
        return None
    everybody = _("People in general; in a video, the class by their faces")
    return st.selectbox(
        _("Read the faces as"),
        [None, *found],
        format_func=lambda one: everybody if one is None else one.name,
        help=_("Choose a student to compare: read as people in general, and as this student."),
    )


def _answers(app: AppState, dropped: Sequence[object], of: str, student: Summary | None) -> None:
    found = Found()
    for number, file in enumerate(dropped):
        name, data = file.name, file.getvalue()  # type: ignore[attr-defined]
        with frame.guarded():
            if is_video(Path(name)):
                found.clips.append(_video(app, name, data, of, student))
            else:
                faces = _picture(app, name, data, student, drawn=number < _SHOWN)
                found.pictures.append((Path(name), faces))
    if found:
        _download(found)


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
        count = _(many(len(faces), "{count} face", "{count} faces"))
        st.image(data_url(drawn), width="stretch", alt=f"{name}: {count}")
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"{plain.text(name)}: {count}", width="stretch")
            frame.download(
                _("Picture with boxes"), f"{name.rsplit('.', 1)[0]}-faces.png", "image/png",
                lambda: to_png(drawn), key=f"png-{key}", type="tertiary",
            )  # fmt: skip
    with right:
        if not faces:
            st.info(_("No face was found. Faces need about 20 pixels and some light."))
        elif len(faces) > 1:
            theirs = next((n for n, f in enumerate(faces, 1) if f.student is not None), 1)
            whom = student.id if student is not None else ""
            chosen = st.pills(
                _("Face, counted from the left"),
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
        frame.quiet(
            _(
                "This face is not taken for {name}'s: it is read as a stranger's.",
                name=student.name,
            )
        )
        _scores(generic[place], f"{key}-{place}")
        return
    as_student, as_anybody = st.tabs(
        [_("As {name}", name=plain.text(student.name)), _("People in general")]
    )
    with as_student:
        _scores(own[place], f"{key}-{place}-own")
    with as_anybody:
        _scores(generic[place], f"{key}-{place}")
    same = own[place].expression == generic[place].expression
    read = _(
        "As {name}: {own}. As people in general: {generic}.",
        name=student.name, own=own[place].expression, generic=generic[place].expression,
    )  # fmt: skip
    frame.quiet(f"{read} {_('Both agree.')}" if same else read)


def _scores(face: NamedFace, key: str) -> None:
    if face.unsure is None:
        quality = _("quality {share}", share=plain.percent(face.quality))
        st.markdown(f"**{plain.text(_(face.expression))}**, {quality}")
    else:
        why = plain.text(_(sentence(face.unsure)))
        perhaps = _("**unsure**, perhaps {expression}", expression=plain.text(_(face.expression)))
        st.markdown(f"{perhaps}  \n{why}")
    st.altair_chart(
        charts.scores(face.scores, tuple(face.scores)),
        key=f"scores-{key}",
        alt=_("How probable each expression is"),
    )


def _video(app: AppState, name: str, data: bytes, of: str, student: Summary | None) -> Clip:
    digest, whom = sha256(data).hexdigest(), student.id if student is not None else None
    watched = _watched(app, name, data, digest, of, whom)
    clip = watched.clip
    faces = [face for frame in clip.frames for face in frame.faces]
    names = expressions_in(faces)
    st.subheader(plain.text(name), anchor=False)
    if clip.broken is not None:
        st.warning(_(clip.broken))
    if not faces:
        st.info(_("No face was found in this video."))
        return clip
    unsure = sum(face.unsure is not None for face in faces)
    at_a_time = len(faces) / len(clip.frames)
    line = tried.timeline(clip.frames, names)
    length = clip.frames[-1].time
    label = _("Share of each expression among the faces that were clearly read, over time")
    key = f"{digest}-{of}-{whom}"
    player(watched.copy, stack(line, names, label=label), length, key=f"video-{key}")
    frame.quiet(
        _(
            "Below the video: the share of each expression among the faces that were clearly read. "
            "On average {faces} faces were to be seen; {share} of the looks at them were unsure.",
            faces=say().decimal(at_a_time),
            share=plain.percent(unsure / len(faces)),
        )
    )
    st.html(bars.legend(names))
    frame.download(
        _("Video with boxes"), f"{name.rsplit('.', 1)[0]}-faces.webm", "video/webm",
        lambda: watched.copy, key=f"webm-{key}", type="tertiary",
    )  # fmt: skip
    if watched.report is not None and app.library.students():
        _lesson(app, watched, digest)
    return clip


def _lesson(app: AppState, watched: tried.Watched, digest: str) -> None:
    """The same report as of a live lesson; kept only where somebody wants it."""
    report = watched.report
    if report is None:
        return
    if st.toggle(_("Show the report, as of a live lesson"), key=f"report-{digest}"):
        names = one_session.called(app)
        one_session.told(report, names)
        if st.button(_("Keep this as a session"), icon=":material/save:", key=f"keep-{digest}"):
            each = bool(report.students)
            with app.store() as store:
                number = watched.transcript.write(store, watched.class_name, per_student=each)
            st.success(
                _("It is session {number} now: its numbers, never its pictures.", number=number)
            )


def _watched(
    app: AppState, name: str, data: bytes, digest: str, of: str, whom: str | None
) -> tried.Watched:
    """What is in a video; the last few are remembered in this tab."""
    known: dict[object, tried.Watched] = st.session_state.setdefault("tried-videos", {})
    asked = digest, of, whom
    if asked not in known:
        progress = Progress(_("Watching {name}, seconds", name=name))
        try:
            known[asked] = tried.watch(
                app, name, data, of, whom,
                lambda now, length: progress(round(now), max(1, round(length))),
            )  # fmt: skip
        finally:
            progress.close()
        while len(known) > _REMEMBERED:
            known.pop(next(iter(known)))
    return known[asked]


def _download(found: Found) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{_('Download what was read')}**")
        frame.download("JSON", "faces.json", "application/json", lambda: tried.as_json(found))
        frame.download("CSV", "faces.csv", "text/csv", lambda: tables.as_csv(columns(found)))
