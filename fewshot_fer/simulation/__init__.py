"""A drawn class of students whose truth is known, for demos, tests and load."""
