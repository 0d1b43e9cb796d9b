"""One recogniser for many threads says what one alone says."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from fewshot_fer import recognizer
from fewshot_fer.images import decode_image
from fewshot_fer.recognizer import Recognizer, useful_callers
from fewshot_fer.settings import Settings


def test_many_threads_get_what_one_gets(
    shared_recognizer: Recognizer, jpegs: dict[str, bytes]
) -> None:
    images = [decode_image(data) for data in jpegs.values()]

    def vectors(k: int) -> object:
        image = images[k % len(images)]
        return shared_recognizer.vectors(image, shared_recognizer.find(image))

    alone = [np.asarray(vectors(k)) for k in range(len(images))]
    with ThreadPoolExecutor(6) as threads:
        together = list(threads.map(vectors, range(24)))
    for k, found in enumerate(together):
        assert np.array_equal(np.asarray(found), alone[k % len(images)])


def test_slow_networks_leave_time_for_a_thread_a_core(monkeypatch: pytest.MonkeyPatch) -> None:
    for able, precision, wanted in (
        (("bf16", "f32"), "bf16", [1, 1, 4]),
        (("bf16", "f32"), "f32", [1, 2, 8]),
        (("f32",), "bf16", [1, 2, 8]),
    ):
        monkeypatch.setattr(recognizer, "native_precisions", lambda able=able: able)
        settings = Settings.model_validate({"precision": precision})
        assert [useful_callers(settings, cores) for cores in (1, 2, 8)] == wanted
