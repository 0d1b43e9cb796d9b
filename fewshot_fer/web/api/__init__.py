"""The same as the command line, for other programs: `/api/v1`, described at `/api/docs`.

    table.py       what an operation is: one line for the router, the description and the tests
    shapes/        what comes in and what goes out
    endpoint.py    from a request to a call, from an answer to a response; work goes to threads
    uploads.py     bodies with pictures, bounded in bytes and pixels
    looking.py students.py teaching.py recalibrating.py sessions.py live.py   the operations
    openapi.py     the description, made from the table
    docs.py        the description to read
    routes.py      all of it for the app

Who may call what is in `access/rules.py`, and how errors look in `access/refusal.py`.
"""
