"""`python -m analyzer`, and what the console script calls: Ctrl-C while the program is still loading ends it without a word."""

from __future__ import annotations

import signal


def main() -> None:
    """Run the command line; does not return."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # `exits.run_process` takes it back
    from analyzer.cli.app import main as run

    run()


if __name__ == "__main__":
    main()
