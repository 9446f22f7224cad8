"""`python3 -m facilitation …`: the command line, from a fresh checkout too."""

from __future__ import annotations

import sys

from facilitation import bootstrap


def main() -> None:
    """`test`, `faults` and `soak` need the test tools; everything else is a command of `facilitation.cli`."""
    first = sys.argv[1] if len(sys.argv) > 1 else ""
    bootstrap.ensure("test" if first in ("test", "faults", "soak") else "run")
    if first == "test":
        from facilitation import selftest

        raise SystemExit(selftest.main(sys.argv[2:]))
    if first == "faults":
        from facilitation import faults

        raise SystemExit(faults.main(sys.argv[2:]))
    if first == "soak":
        from facilitation import faults

        raise SystemExit(faults.soak(sys.argv[2:]))
    from facilitation.cli import main as command_line

    command_line(sys.argv[1:])


if __name__ == "__main__":
    main()
