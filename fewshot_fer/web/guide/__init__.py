"""A guide before the teacher's camera: says what to show and what to change, takes the sharpest.

    routes.py     the WebSocket end: pictures in, advice out; `students.enrolment.guide` decides
    taken.py      what was taken, until the page that asked for it fetches it

Pictures never pass through Streamlit: of what the camera sends only the faces that were taken, cut
out, reach the page.
"""
