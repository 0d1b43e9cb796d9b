"""What large libraries carry and this program never asks for: other devices' engines, tests.

None of them is published without it, so it is taken out after the installation, on demand.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatch
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Final

SPARE: Final[Mapping[str, tuple[str, ...]]] = {
    # The processor's plugin and the reader of ONNX files stay.
    "openvino": (
        "openvino/*.pyi",
        "openvino/include/*",
        "openvino/libs/cache.json",
        *(f"openvino/libs/*_{name}*" for name in ("gpu_plugin", "npu_*", "auto_plugin", "hetero*")),
        *(
            f"openvino/{place}"
            for name in ("gguf", "jax", "paddle", "pytorch", "tensorflow", "tensorflow_lite")
            for place in (f"libs/*_{name}_frontend*", f"frontend/{name}/*")
        ),
    ),
    "numpy": (
        "numpy/*.pyi",
        "numpy/*/tests/*",
        *(
            f"numpy/{place}"
            for place in ("_core/_simd.*", "_core/include/*", "distutils/*", "f2py/*")
        ),
    ),
    "opencv-python-headless": ("cv2/*.pyi",),
    "pandas": ("pandas/tests/*",),
    # What writes letters, matches inks and reads a format that OpenCV reads here.
    "pillow": (
        *(f"PIL/_{name}.*" for name in ("avif", "imagingcms", "imagingft")),
        *(
            f"pillow.libs/lib{name}*"
            for name in ("avif", "brotli", "freetype", "harfbuzz", "lcms2")
        ),
    ),
    # What speaks to other hosts.
    "pyarrow": (
        *(f"pyarrow/*arrow{name}*" for name in ("_flight", "_python_flight", "_s3")),
        *(f"pyarrow/{place}" for place in ("_flight*", "_s3fs*", "include/*", "tests/*")),
    ),
    "pydeck": ("pydeck/nbextension/*",),
    "pygments": ("pygments/lexers/_*_builtins.py",),
    "sqlalchemy": (
        "sqlalchemy/testing/*",
        *(f"sqlalchemy/dialects/{name}/*" for name in ("mssql", "mysql", "oracle")),
    ),
}
"""Files of a distribution, as its own list names them."""


@dataclass(frozen=True, slots=True)
class Spare:
    """A library's files that are not needed here."""

    library: str
    files: tuple[Path, ...]

    @property
    def size(self) -> int:
        """Their bytes."""
        return sum(file.stat().st_size for file in self.files)

    def take_out(self) -> None:
        """Delete them."""
        for file in self.files:
            file.unlink(missing_ok=True)


def spare() -> Iterator[Spare]:
    """What can be taken out of this environment now."""
    for name, patterns in SPARE.items():
        try:
            listed = distribution(name).files or ()
        except PackageNotFoundError:
            continue
        found = (
            Path(str(file.locate()))
            for file in listed
            if any(fnmatch(file.as_posix(), pattern) for pattern in patterns)
        )
        there = tuple(file for file in found if file.is_file())
        if there:
            yield Spare(name, there)
