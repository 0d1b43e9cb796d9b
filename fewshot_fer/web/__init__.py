"""The web app: one process, one port. It only parses and shows.

    app_state.py  the composition root: what one process shares, each part made once
    app.py        routes, middleware and pages around it; server.py runs it
    threads.py    work that waits: never on the event loop, and nobody gets all threads
    html.py       our own pages, from templates/; front.py is Streamlit's one page
    wire.py       what travels: limits of a picture, messages
    live/         a lesson in the browser: the WebSocket ends of teachers and viewers, their
                  commands, join links, the drawn class; the lesson itself is
                  `fewshot_fer/lesson/engine.py`
    pages/        Streamlit's pages, for teachers
    guide/        a guide before the teacher's camera, for enrolling
    access/       who may do what
    api/          the same for other programs
    portal/       a student's own device
    static/       what browsers fetch

Pictures never pass through Streamlit: the browser sends them over a WebSocket, worker threads read
them, and the answer says where the faces are in that very picture.
"""
