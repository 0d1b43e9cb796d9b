"""One drawn person, from muscles to pixels.

`person` invents looks, rest and manner of each expression, in the terms of `muscles`; `face` puts
`head`, `eyes`, `nose` and `mouth` on a `canvas`; `geometry` knows the pose.
"""
