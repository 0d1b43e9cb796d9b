"""What a phone's camera gives."""

from __future__ import annotations

import base64

HEIC = base64.b85decode(
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
"""A flag, stored on its side, with the word to turn it back."""
