"""`python3 -m facilitation …`: the command line, from a fresh checkout too."""

from __future__ import annotations

import sys

from facilitation import bootstrap


def main() -> None:
    """`test` needs the test tools and runs the checks; everything else is a command of `facilitation.cli`."""
    testing = sys.argv[1:2] == ["test"]
    bootstrap.ensure("test" if testing else "run")
    if testing:
        from facilitation import selftest

        raise SystemExit(selftest.main(sys.argv[2:]))
    from facilitation.cli import main as command_line

    command_line(sys.argv[1:])


if __name__ == "__main__":
    main()
