"""A drawn class of students whose truth is known, for demos, tests and load.

How a frame comes to be: `roster` invents the students (`figure`: how one looks and moves); `lesson`
says who shows what at a time; `portrait` draws one student before a `room` as a `webcam` sees it;
`gallery` puts the tiles together and hands out the truth with the picture; `files` writes videos
and reference pictures.
"""
