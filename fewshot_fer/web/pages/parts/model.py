"""The model in short: which one it is, what it was measured on, and its thresholds in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import streamlit as st

from fewshot_fer.languages import Phrase
from fewshot_fer.web.app_state import AppState
from fewshot_fer.web.pages.parts import bars, frame, plain
from fewshot_fer.web.pages.parts.saying import _

_SETS: Final = {
    "jaffe": Phrase("JAFFE (10 women, Japan)"),
    "kdef20": Phrase("KDEF20 (20 people, Sweden)"),
}
_REFERENCES: Final = {
    "0": Phrase("no pictures"),
    "neutral": Phrase("a resting face alone"),
    "1": Phrase("one of each expression"),
    "2": Phrase("two of each expression"),
}


def show(app: AppState) -> None:
    """The card that travels with the checkpoint."""
    card = app.recognizer.embedder.card.details
    st.markdown(
        _(
            "**Meant for** seeing, with consent, which expressions a class shows, as numbers for "
            "its teacher. **Not meant for** grading, ranking, selecting or disciplining anybody, "
            "for proctoring, or for any decision about a person. It names what a face shows in one "
            "moment, no more: a raised brow may be a question, a smile embarrassment."
        )
    )
    _figures(card.get("figures", {}))
    st.subheader(_("When it says unsure"), anchor=False)
    _thresholds(app, card.get("fit", {}))


def _figures(figures: Mapping[str, Any]) -> None:
    title = Phrase("How often it is right") if figures else Phrase("What it was not tried on")
    st.subheader(_(title), anchor=False)
    found = [value for name, value in figures.items() if name.startswith("people left out")]
    if found:
        _people(found[0])
    frame.quiet(
        _(
            "Not measured: children, old people, dark skin in any number, scarves and masks, faces "
            "that move differently, spontaneous expressions, real classes. It is often wrong with "
            "fear (taken for surprise) and sad, with faces under 40 pixels, heads turned by more "
            "than 30 degrees, and hard light from one side."
        )
    )


def _people(shares_of: Mapping[str, Any]) -> None:
    frame.quiet(
        _(
            "People whom the network had not seen, acting seven expressions in even light, by how "
            "many pictures of them were enrolled:"
        )
    )
    with st.grid(min_column_width=300):
        for name, shares in shares_of.items():
            with st.container():
                st.markdown(f"**{_(_SETS.get(name, name))}**")
                facts = [
                    (plain.percent(shares[k]), _(w)) for k, w in _REFERENCES.items() if k in shares
                ]
                st.html(bars.facts(facts))


def _thresholds(app: AppState, fit: Mapping[str, Any]) -> None:
    doubts = fit.get("doubts") or []
    words = [_("Two expressions fit almost equally well, or the face fits none that is known.")]
    if len(doubts) == 2:
        few, many = (plain.percent(float(one["confidence"])) for one in doubts)
        words = [
            _(
                "Without pictures of a student, an expression is named from {few} probability on; "
                "with them, from {many} on. Below that it is *unsure*.",
                few=few,
                many=many,
            ),
            _(
                "A face that lies far from every known expression is *unsure*, however probable "
                "the nearest one is."
            ),
        ]
    words.append(_("A face that is too small, dark, blurred or turned away is *unsure*."))
    words.append(_("Faces are looked for from {pixels} pixels on.", pixels=app.settings.min_face))
    st.markdown("\n".join(f"- {one}" for one in words))
    frame.quiet(
        _(
            "The thresholds were fitted so that of ten labels that are shown nine are right. The "
            "model's number, for whoever asks: {number}.",
            number=app.recognizer.checkpoint_hash[:12],
        )
    )
