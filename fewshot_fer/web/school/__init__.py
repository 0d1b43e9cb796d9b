"""Several teachers on one server.

accounts.py   who they are; the seam for a school's own sign-in
school.py     a state for each of them, and who of them is meant
rooms.py      the requests of each go to routes that know no other state
"""
