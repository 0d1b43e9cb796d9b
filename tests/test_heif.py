"""HEIC and AVIF: pictures whose true size stands deep inside."""

from __future__ import annotations

import base64
import resource
import zlib

import pytest

from fewshot_fer.errors import ImageError
from fewshot_fer.images import decode_image

PHONE = base64.b85decode(
    "0000SW^{RQXk}@500000ZE0pPXk}@5ZE0a<0005WZDn*}000000000XXk=`10000000000aA{+700000000000000000000"
    "G-+&aV*mgE07O6l0ssL300001?EnD)00000003A30ssI200Kn-0RR9100000Bme*aIB98aW&i*H00062000$fZf0cy0000"
    "00RRAKc4ILB0000LX>Mj^0ssI300IC2MR;ju000004sdC7Z2$lO00031009VTaB^?}008G{aAR)(004Jrc4I>U1PA~C0G>Di"
    "0000U@BsY(`1k+-4+CHT0RR_30Sp2E{{#pC00RJ?H~;_x0017k0zhE^0RSpO0RaRE00093o;Uyi0{{RXkOUAYvfW&i*EazT1"
    "_S^A0{~<I00RI7AYuRk00=|@!E+ce2#^2(025<xY;ta6Y<K_x01W^JfB*mh6lrsCWdHyG00000KmY&$Pyhe`C}V74Z~y=RJ"
    "OBUy0RR91Pyhe`0ssI1`~Uy|0ssI2000000ssI25O8UDX#fBK00RgJ2mk;832Aa~bOQhY02yg;ZD9Za000000096227v+t1"
    "%!qG000_ka%E-!00000000hSWOHKx0ssL30RR91gl%MDbN~PVR44(j3E(3*M)9>B|L^Jl{ZH+;_3B{aGDrVd^a1!zqf?gbWG"
    "1Jc{saDSz0N@`C}<+kQaVIp|9P+!|LwcXOOua#MC9_6!bpvP2Ous-eTy{ozyJUM21R&jW&i+9O#mtY000O80Ra*K0{{R30RR"
    "RR70000000"
)
"""The flag as a phone writes it: HEIC, stored on its side, with the word to turn it back."""


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
    image = decode_image(PHONE)
    assert image.shape == (60, 80, 3)
    assert [image[row, column].argmax() for row, column in ((10, 10), (10, 70), (50, 70))] == [
        0,
        1,
        2,
    ]


@pytest.mark.parametrize(
    "data", [PHONE[:300], PHONE[:-80], b"\0\0\0\x18ftypheic" + bytes(100), b"\0\0\0\x18ftyp"]
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
