"""One recogniser for many threads says what one alone says."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np

from fewshot_fer.images import decode_image
from fewshot_fer.recognizer import Recognizer


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
