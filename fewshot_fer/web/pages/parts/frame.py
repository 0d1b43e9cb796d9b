"""The frame of every page: its head, its errors in our words, its empty states."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import PurePath
from typing import Any, Final, Literal

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from fewshot_fer.errors import FewshotFerError
from fewshot_fer.web.pages.parts import bars, plain
from fewshot_fer.web.pages.parts.saying import _, say

_ORDERS: Final[Mapping[str, Literal["DD.MM.YYYY", "YYYY/MM/DD"]]] = {
    "de": "DD.MM.YYYY", "zh": "YYYY/MM/DD",
}  # fmt: skip


def head(title: str, lead: str) -> None:
    """The page's name and a line that says what it is for."""
    st.title(plain.text(title), anchor=False)
    st.html(bars.words("lead", lead))


def quiet(words: str) -> None:
    """A line that may be overlooked."""
    st.html(bars.words("quiet", words))


@contextmanager
def guarded() -> Iterator[None]:
    """Whatever a user can cause inside is shown in our words; the page goes on behind it."""
    try:
        yield
    except FewshotFerError as error:
        show(error)


def show(error: FewshotFerError) -> None:
    """What happened, where, and what to do next."""
    parts = [f"**{plain.text(_(error.what))}**", plain.text(_(error.next_step))]
    if error.where:
        # A path of this machine says nothing to whoever sits before a browser.
        parts.append(
            _("Where: {place}", place=plain.text(PurePath(error.where).name or error.where))
        )
    st.error("  \n".join(filter(None, parts)), icon=":material/error:")


def empty(icon: str, title: str, words: str, *actions: Callable[[], object]) -> None:
    """Nothing is here yet: what to do first."""
    with st.container(border=True, horizontal_alignment="center", gap="small"):
        st.space("small")
        st.markdown(f"## :material/{icon}:", text_alignment="center", anchors=False)
        st.markdown(f"**{title}**", text_alignment="center")
        st.markdown(words, text_alignment="center")
        if actions:
            with st.container(horizontal=True, horizontal_alignment="center"):
                for action in actions:
                    action()
        st.space("small")


def row(key: str | None = None) -> DeltaGenerator:
    """Things beside one another, in a frame."""
    return st.container(border=True, horizontal=True, vertical_alignment="center", key=key)


def back(words: str) -> bool:
    """The way back to the list; whether somebody wants to go it."""
    return st.button(words, icon=":material/arrow_back:", type="tertiary")


def table(columns: Mapping[str, Sequence[str]]) -> None:
    """Columns by their heads."""
    st.table(dict(columns), hide_index=True, border="horizontal")


def day(label: str, value: date | None, **more: Any) -> date | None:
    """A day to choose, written in the order of the reader's language."""
    return st.date_input(label, value, format=_ORDERS.get(say().language, "DD/MM/YYYY"), **more)


def download(label: str, name: str, mime: str, data: Callable[[], bytes], **more: Any) -> None:
    """A file to take along, made when it is asked for."""
    more.setdefault("icon", ":material/download:")
    st.download_button(label, data, name, mime, on_click="ignore", **more)


def sure(label: str, question: str, yes: str, key: str, **more: Any) -> bool:
    """A button that asks back; whether the answer is yes."""
    with st.popover(label, type="tertiary", key=f"ask-{key}", **more):
        st.markdown(question)
        return st.button(yes, type="primary", key=f"yes-{key}")


def told() -> None:
    """What the run before this one wants to say, until a run has come to its end with it.

    The place is there also when nothing is said: what follows keeps its own, and its open tab.
    """
    with st.container():
        for kind, words in st.session_state.get("told", []):
            {"done": st.success, "note": st.info, "look": st.warning}[kind](words)


def heard() -> None:
    """A page was shown to its end, so that what it told need not be told again."""
    st.session_state.pop("told", None)


def tell(kind: str, words: str) -> None:
    """Say something at the top of the next run: `done`, `note` or `look`."""
    st.session_state.setdefault("told", []).append((kind, words))


def done(words: str, **to: str) -> None:
    """Something is done: say so in another view of this page."""
    tell("done", words)
    go(**to)


def go(**to: str) -> None:
    """Another view of this page, which an address can name."""
    st.query_params.from_dict(to)
    st.rerun()
