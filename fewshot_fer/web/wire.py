"""What travels between browser and server: limits of a picture, messages as JSON."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Mapping
from typing import Any, Final

import cv2

from fewshot_fer.arrays import Bytes
from fewshot_fer.errors import FewshotFerError, ImageError, RequestError
from fewshot_fer.images import jpeg_frame
from fewshot_fer.languages import ENGLISH, Phrase, Say
from fewshot_fer.records.views import ClassShares, Seen, View
from fewshot_fer.sentences import sentence
from fewshot_fer.web import messages
from fewshot_fer.web.access.refusal import code_of

MOST_BYTES: Final = 2_000_000
MOVED: Final = 1012
"""The close code that has a page come back by itself: another process has the class now."""
MOST_PIXELS: Final = 4_000_000
MOST_SIDE: Final = 4096
LEAST_SIDE: Final = 32
MOST_TEXT: Final = 4_000
"""Characters of a command."""

WENT_WRONG: Final = FewshotFerError("Something went wrong here.", next_step="Look at the log.")
"""What the one who asked is told of a mistake of ours."""

Command = dict[str, Any]
"""What a page asks; whoever obeys looks at each part of it."""

_SPOKEN: Final = frozenset(
    "what next_step words advice unsure trouble said when reasons warning".split()
)
"""Parts of a message that are sentences."""
_PLAIN: Final = frozenset({0xC0, 0xC1})
"""Pictures that are stored in one pass, as browsers make them."""


def size_of(jpeg: bytes) -> tuple[int, int]:
    """Width and height as the header says; refuses what must not be decoded."""
    if len(jpeg) > MOST_BYTES:
        raise ImageError(
            Phrase(
                "The picture has {size:.1f} MB; at most {most:.0f} are read.",
                size=len(jpeg) / 1e6,
                most=MOST_BYTES / 1e6,
            ),
            next_step="Send a smaller picture, or one of lower quality.",
        )
    if jpeg[:2] != b"\xff\xd8":
        raise ImageError("This is not a JPEG picture.", next_step="Send JPEG, one a message.")
    kind, width, height = jpeg_frame(jpeg)
    if not kind:
        raise ImageError("The picture is cut off or damaged.", next_step="Send it again.")
    if kind not in _PLAIN:
        # In many passes a small file keeps a decoder busy for seconds.
        raise ImageError("This kind of JPEG is not read live.", next_step="Send baseline JPEG.")
    if width * height > MOST_PIXELS or max(width, height) > MOST_SIDE:
        raise ImageError(
            Phrase(
                "The picture is too large: {width} x {height} pixels.", width=width, height=height
            ),
            next_step=Phrase("Send at most {most:.0f} megapixels.", most=MOST_PIXELS / 1e6),
        )
    if min(width, height) < LEAST_SIDE:
        raise ImageError(
            Phrase(
                "The picture is only {width} x {height} pixels: no face fits in it.",
                width=width,
                height=height,
            ),
            next_step=Phrase("Send at least {least} pixels a side.", least=LEAST_SIDE),
        )
    return width, height


# ---------------------------------------------------------------------- messages


def encode(message: Mapping[str, object]) -> str:
    """A message as text."""
    return json.dumps(message, separators=(",", ":"), ensure_ascii=False)


def in_language(message: Any, say: Say) -> Any:
    """A message with all that is said in it in a language; names, ids and numbers stay."""
    if say.language == ENGLISH:
        return message
    if isinstance(message, list):
        return [in_language(one, say) for one in message]
    if not isinstance(message, dict) or message.get("type") == "noticed":  # A code of ours.
        return message
    return {k: _said(v, say) if k in _SPOKEN else in_language(v, say) for k, v in message.items()}


def _said(part: Any, say: Say) -> Any:
    if isinstance(part, list):
        return [_said(one, say) for one in part]
    return say(part) if isinstance(part, str) else in_language(part, say)


def command_of(text: str) -> Command:
    """A client's command: an object with `do`."""
    command = None
    if len(text) <= MOST_TEXT:
        try:
            # Half an emoji, as a page may cut one, could never be sent on again.
            whole = json.dumps(json.loads(text), ensure_ascii=False).encode(errors="replace")
            command = json.loads(whole)
        except (ValueError, RecursionError):
            command = None
    if not isinstance(command, dict) or not isinstance(command.get("do"), str):
        raise RequestError(
            "This is not a command.",
            next_step='Send JSON such as {"do":"mark","text":"group work"}.',
        )
    return command


def view_message(view: View, size: tuple[int, int], source: str, ms: float) -> messages.View:
    """What was seen in one picture, every face with its label."""
    return {
        "type": "view",
        "source": source,
        "time": round(view.time, 3),
        "size": list(size),
        "seen": [face_message(face) for face in view.seen],
        **numbers(view.shares),
        "ms": round(ms, 1),
    }


def numbers(shares: ClassShares) -> messages.Numbers:
    """The class as a whole."""
    return {
        "shares": {name: round(share, 4) for name, share in shares.shares.items()},
        "sure": shares.sure,
        "expected": shares.expected,
        "unread": shares.unread,
    }


def without_each(message: messages.FromClass) -> messages.FromClass:
    """The same without what single students show; of one face alone there is nothing to hide."""
    if message["type"] != "view" or len(message["seen"]) <= 1:
        return message
    seen: list[messages.Face] = [
        {"track": face["track"], "box": face["box"], "student": face["student"],
         "name": face["name"], "sure": face["sure"], "agreed": face["agreed"],
         "on_device": face["on_device"]}
        for face in message["seen"]
    ]  # fmt: skip
    return {**message, "seen": seen}


def data_url(image: Bytes) -> str:
    """A picture [h,w,3] as a page shows it, without asking for it."""
    picture = cv2.cvtColor(image, cv2.COLOR_RGB2BGR)
    _, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 88])
    return f"data:image/jpeg;base64,{b64encode(data.tobytes()).decode()}"


def error_message(error: FewshotFerError, code: str | None = None) -> messages.Problem:
    """An error of ours as a client shows it; its code is the API's, or one more exact."""
    return {
        "type": "error",
        "code": code or code_of(error),
        "what": error.what,
        "next_step": error.next_step,
    }


def face_message(face: Seen) -> messages.Face:
    """A face with its label."""
    reading, quality = face.reading, face.quality
    scores = reading.scores if reading is not None else {}
    why = reading.unsure if reading is not None else None
    return {
        "track": face.track,
        "box": [round(side, 1) for side in face.box],
        "student": face.student,
        "name": face.name,
        "sure": face.expression is not None,
        "agreed": face.may_be_read,
        "on_device": face.on_device,
        "expression": face.expression,
        "best": reading.expression if reading is not None else None,
        "scores": {name: round(score, 3) for name, score in scores.items()},
        "unsure": sentence(why) if why is not None else None,
        "unsure_code": why.code if why is not None else None,
        "quality": round(quality.score, 3) if quality is not None else None,
    }
