"""A process that makes links and tokens while another one does: run with its settings as JSON."""

from __future__ import annotations

import os
import sys
import time

from fewshot_fer.errors import TooManyError
from fewshot_fer.records.folders import web_folder, web_holds
from fewshot_fer.settings import Settings
from fewshot_fer.web.access.credentials import Credentials
from fewshot_fer.web.access.files import Place
from fewshot_fer.web.portal.invitations import Invitations

EACH = int(os.environ.get("EACH", "10"))
"""Of everything; 50 for the figures of docs/scale.md."""


def main() -> None:
    settings = Settings.model_validate_json(sys.argv[1])
    place = Place(web_folder(settings.records), web_holds(settings))
    known = Credentials(place, now=time.time, password="correct horse")
    links = Invitations(place, known.signer, time.time)
    cookies, let_through = sys.argv[2:], 0
    for number in range(EACH):
        links.make("class", f"{number}")
        known.tokens.make(f"{number}")
        known.sign_out(cookies[number])
        try:
            known.guesses.take("192.0.2.7", None)
        except TooManyError:
            continue
        let_through += 1
    sys.stdout.write(f"{let_through}")


if __name__ == "__main__":
    main()
