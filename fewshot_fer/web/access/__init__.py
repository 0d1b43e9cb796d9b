"""Who may see what.

    who.py        who asks: `who(request)`
    rules.py      the one table of paths and roles; what is not in it does not exist
    guard.py      stands before the whole app and applies it, with
    origin.py     under which name and from whose page a request comes
    streams.py    bodies that are counted, sockets that end when they must
    headers.py    what answers carry
    credentials.py  key, password and tokens of one app: `app.credentials`
    passwords.py  scrypt; limits.py counts guesses and requests
    tokens.py     what is signed: cookies, join links, forms (`app.credentials.signer`)
    apitokens.py  tokens for programs (`app.credentials.tokens`: make, listed, revoke)
    signin.py     the teacher's door
    files.py      private files, and lists that are kept in them
    refusal.py    how an error of ours looks over the web: status, problem document, page

A route may simply raise an error of ours: the guard makes a page or a problem document of it.
"""
