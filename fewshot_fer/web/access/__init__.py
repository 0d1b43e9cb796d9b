"""Who may see what.

`keeper` knows the key, the password and the tokens; `rules` is the one table of paths and
roles; `guard` stands before the whole app and applies it; `signin` is the teacher's door.
"""
