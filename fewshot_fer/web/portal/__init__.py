"""A student's own device: joins by a link, shows them their own label, forgets them on request.

    door.py       who comes in by a link, and as whom
    portal.py     what this room shares with the teacher's pages; deletes everything about a student
    invitations.py  join links: made, listed, revoked
    routes.py     the pages: join, me, leave, delete
    own.py        their forms: agreeing, taking back, each picture
    devices.py    who is connected; one device a student, so many a class
    live.py       the WebSocket: pictures in, one's own label out
    telling.py    what a device is told
    coaching.py   teaching by camera and adjusting to the light, fed with the same pictures
    facts.py      what is stored about a student, in words

A student's cookie reaches that student alone, and nobody else's name or label is ever sent.
"""
