"""A drawn class of students whose truth is known, for demos, tests and load.

How a frame comes to be: `roster` invents the students (`person`: looks, rest, manner of
each expression, in the terms of `muscles`); `lesson` says who shows what at a time;
`portrait` draws one student before a `room` as a `webcam` sees it (`face` puts `head`,
`eyes`, `nose` and `mouth` on a `canvas`, `geometry` knows the pose); `gallery` puts the
tiles together and hands out the truth with the picture; `files` writes videos and
reference pictures.
"""
