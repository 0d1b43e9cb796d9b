"""The command line: parses and shows, decides nothing.

Exit codes: 0 fine, 1 an error of ours with its message on standard error, 2 wrong usage,
130 Ctrl-C, and whatever else asks it to stop. `app` says how a command is added.
"""

from __future__ import annotations


def main(arguments: list[str] | None = None) -> None:
    """Run one command and leave with its exit code."""
    # Everything else is imported in here, so that Ctrl-C is quiet from the first moment; a service
    # that is stopped and a terminal that is closed are like it, and a lesson is ended as it ends.
    import signal
    import sys

    for name in ("SIGTERM", "SIGHUP"):
        one = getattr(signal, name, None)
        if one is not None and signal.getsignal(one) is signal.SIG_DFL:
            signal.signal(one, signal.default_int_handler)
    try:
        from fewshot_fer.cli.app import run

        sys.exit(run(arguments))
    except KeyboardInterrupt:
        # A second one shall not find us tidying up.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        sys.exit(130)
