"""Every error that a user can cause, in one tree.

FewshotFerError
├── SettingsError      an unknown key, a wrong type, a value out of range
├── InstallError       an extra that is not installed
├── FolderError        a folder that cannot be made or written, a full disk
├── ImageError         a file that is no picture, or one that cannot be used
├── FaceError          no face, too many faces, or a face too poor to use
├── CheckpointError    missing, truncated, altered, or of another version
├── BaseRatesError     shares of expressions that do not sum to one
├── FeaturesError      vectors or labels that nothing can be learnt from (a ValueError too)
│   └── NotFittedError predictions were asked for before anything was learnt
├── DataError          a training or evaluation set that is not what it should be
├── TrainingError      a run that cannot go on: NaN loss, another configuration
├── LibraryError       the students' folder: locked, not writable, of a newer format
│   ├── StudentError   an unknown, doubled or badly named student
│   ├── ConsentError   something was asked for that the student did not agree to
│   ├── ReferenceImageError  a reference that was refused
│   └── ExportError    a student's export that cannot be brought in
├── SourceError        a camera, video, stream or screen that cannot be read
├── RecordError        the database of sessions
├── BackupError        a backup that cannot be made here, or brought back
├── ServerError        a port in use, a certificate that is not one
├── AccessError        this person may not do this: a page or student that is not theirs
│   └── SignInError    nobody knows who asks: not signed in, an altered or expired link or token
└── RequestError       a request that cannot be understood
    ├── MissingError   there is nothing at this address
    ├── TooLargeError  more bytes than are taken
    └── TooManyError   more requests than are taken; says when to try again

Each says what happened, where, and what to do next. The command line shows the three
and exits with 1; the web shows them as a message. Where something is decided by an error, or a
front words it in its own way, it has a `reason`: nothing reads the words.
"""

from __future__ import annotations

from fewshot_fer.reasons import Code, Reason
from fewshot_fer.sentences import Words, worded


class FewshotFerError(Exception):
    """What happened, where, and what to do next; in words, or as a reason that has words."""

    def __init__(self, what: str | Reason, *, where: str = "", next_step: str = "") -> None:
        self.reason = what if isinstance(what, Reason) else None
        words = worded(what) if isinstance(what, Reason) else Words(what, next_step)
        self.what, self.next_step = words
        self.where = where
        super().__init__(self.what)

    def has(self, code: Code) -> bool:
        """Whether this is why."""
        return self.reason is not None and self.reason.code is code

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        advice = f" {self.next_step}" if self.next_step else ""
        return f"{place}{self.what}{advice}"


class SettingsError(FewshotFerError):
    """An unknown key, a wrong type, a value out of range."""


class InstallError(FewshotFerError):
    """An extra that is not installed."""


class FolderError(FewshotFerError):
    """A folder that cannot be made or written, a full disk."""


class ImageError(FewshotFerError):
    """A file that is no picture, or a picture that cannot be used."""


class FaceError(FewshotFerError):
    """No face, too many faces, or a face too poor to use."""


class CheckpointError(FewshotFerError):
    """A checkpoint that is missing, truncated, altered, or of another version."""


class BaseRatesError(FewshotFerError):
    """Shares of expressions that do not sum to one, or leave one out."""


class FeaturesError(FewshotFerError, ValueError):
    """Vectors or labels that nothing can be learnt from."""


class NotFittedError(FeaturesError, AttributeError):
    """Predictions were asked for before anything was learnt."""


class DataError(FewshotFerError):
    """A training or evaluation set that is not what it should be."""


class TrainingError(FewshotFerError):
    """A run that cannot go on."""


class LibraryError(FewshotFerError):
    """The students' folder is locked, not writable, or of a newer format."""


class StudentError(LibraryError):
    """An unknown, doubled or badly named student."""


class ConsentError(LibraryError):
    """Something was asked for that the student did not agree to."""


class ReferenceImageError(LibraryError):
    """A reference image that was refused."""


class ExportError(LibraryError):
    """A student's export that cannot be brought in."""


class SourceError(FewshotFerError):
    """A camera, video, stream or screen that cannot be read."""


class RecordError(FewshotFerError):
    """The database of sessions."""


class BackupError(FewshotFerError):
    """A backup that cannot be made here, or brought back."""


class SharedError(FewshotFerError):
    """What several servers share, and the database in which it lies."""


class ServerError(FewshotFerError):
    """A port in use, a certificate that is not one."""


class AccessError(FewshotFerError):
    """This person may not do this: a page or a student that is not theirs."""


class SignInError(AccessError):
    """Nobody knows who asks: not signed in, an altered or expired link or token."""


class RequestError(FewshotFerError):
    """A request that cannot be understood."""


class MissingError(RequestError):
    """There is nothing at this address."""


class TooLargeError(RequestError):
    """More bytes than are taken."""


class TooManyError(RequestError):
    """More requests than are taken; `seconds` from now there is room again."""

    def __init__(self, what: str, *, seconds: float = 1.0, next_step: str = "") -> None:
        super().__init__(what, next_step=next_step)
        self.seconds = seconds
