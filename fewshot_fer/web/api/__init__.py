"""The same as the command line, for other programs: `/api/v1`, described at `/api/docs`.

    calls.py       what an operation is called with, and where it runs
    uploads.py     bodies with pictures, bounded in bytes and pixels
    pictures.py students.py teaching.py recalibrating.py sessions.py live.py   the operations
    problems.py    whatever goes wrong as an error of ours
    routes.py      all of it as one FastAPI app, with its description

Who may call what is in `access/rules.py`, and how errors look in `access/refusal.py`.
"""
