"""The web app: one process, one port. It only parses and shows.

    app_state.py the composition root: what one process shares, each part made once
    sharing.py   one recogniser for many threads
    newest.py    worker threads; of the pictures that wait of one source, the newest wins
    classes.py   a class that is watched now: sources in, one picture of the class out
                 (sources.py, byface.py, pulse.py, state.py, timeline.py, viewing.py are its parts;
                 watched.py holds all of them)
    drawn.py     the drawn class as a source, for a first look
    wire.py      what travels: limits of a picture, messages
    sockets.py   the WebSocket ends of teachers and viewers
    app.py       puts routes, middleware and pages together; server.py runs it
    inviting.py  join links and who knocks, for the class page
    front/       Streamlit's one page under our own name
    live/        the component that shows the class in the browser
    pages/       Streamlit's pages, for teachers
    guide/       a guide before the teacher's camera, for enrolling
    access/      who may do what
    api/         the same for other programs
    portal/      a student's own device

Pictures never pass through Streamlit: the browser sends them over a WebSocket, worker threads read
them, and the answer says where the faces are in that very picture.
"""
