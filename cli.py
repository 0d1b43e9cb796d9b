"""`python cli.py …` is `fewshot-fer …`."""

from __future__ import annotations

from fewshot_fer.cli import main

if __name__ == "__main__":
    main()
