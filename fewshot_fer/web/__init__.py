"""The web app: one process, one port. It only parses and shows.

    app_state.py the composition root: what one process shares, each part made once
    wire.py      what travels: limits of a picture, messages
    app.py       puts routes, middleware and pages together; server.py runs it
    front/       Streamlit's one page under our own name
    live/        a lesson in the browser: the component that shows it, the WebSocket ends of
                 teachers and viewers, their commands, join links, the drawn class; the lesson
                 itself is `fewshot_fer/lesson/engine.py`
    pages/       Streamlit's pages, for teachers
    guide/       a guide before the teacher's camera, for enrolling
    access/      who may do what
    api/         the same for other programs
    portal/      a student's own device

Pictures never pass through Streamlit: the browser sends them over a WebSocket, worker threads read
them, and the answer says where the faces are in that very picture.
"""
