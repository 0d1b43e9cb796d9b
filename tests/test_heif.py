"""HEIC and AVIF: pictures whose true size stands deep inside."""

from __future__ import annotations

import base64
import resource
import zlib

import pytest

from fewshot_fer.errors import ImageError
from fewshot_fer.images import decode_image
from tests.fakes.phone import HEIC

LYING_AVIF = """
c-muNU{FXasVqn=%S>Yc0uY^>nP!-qnV9D5Xy^nKdYzkElE?r7iWw<6MNl?FL1uCZ0~+8f$SlbPvlxL`
E;A=T8N_h`@fjhajKT~IY-&KZMrLMS8eFXukdw*;<t3IG7&_<Y<b&<X$}A`<0Mg!>1<Cn9S|qc$AQft#
0~8AsWL9K?1eiHEIDiySVws_HqdX5tNH{q^rzkHurvhj)F9TZxP)IzpAQ$E*pu<=gnVMOEuF}g*Nh}d!
;Nq75o_BwD?II>AUJj!vJOVDq+uKr^I27hN0@cT!KNq-G^NG~0qX~-f25(lJDbPGSVWFnie@!;NmPJ-s
%@;TxIIaHV7^8gms8!~|`r!Gm#kc2hUXxfdZ~4hpv1Z4^H4Tk-9hK=RIS}C+$NvAxqsk+@3+^pg$a<S~
!O{ou=g&oyGktzu7vetSx}(M2YYR7OS+_3#xZ(c7*tA&&P5<Jav&Ozzo1pEs;rS8e#4pE%)T|QXKG@sY
IMmHO^YMfX_r8ZO&W3FZGM9gNhUtJd+ZDDyvy`Oze0R^#K9(N6i}n`85pTgCD>ti~T75SE9qXTzyi0Y9
4(vBtzTZ53-P}vN5B!__M^eD-a>Li;4?GvYJ#XTy|Iy{K>9PON524X07>xo-qacp99@sn7&8Kbf7XSc9
>sQw
"""
"""12,000 pixels a side, and says 64; packed."""


def test_a_phone_s_heic_is_read_upright() -> None:
    image = decode_image(HEIC)
    assert image.shape == (60, 80, 3)
    assert [image[row, column].argmax() for row, column in ((10, 10), (10, 70), (50, 70))] == [
        0,
        1,
        2,
    ]


@pytest.mark.parametrize(
    "data", [HEIC[:300], HEIC[:-80], b"\0\0\0\x18ftypheic" + bytes(100), b"\0\0\0\x18ftyp"]
)
def test_heic_that_is_none_is_refused_in_our_words(data: bytes) -> None:
    with pytest.raises(ImageError, match=r"cut off|not a picture"):
        decode_image(data, where="IMG_0042.HEIC")


def test_an_avif_that_lies_about_its_size_costs_nothing_here() -> None:
    data = zlib.decompress(base64.b85decode("".join(LYING_AVIF.split())))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(ImageError, match="cut off"):
        decode_image(data)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200_000
