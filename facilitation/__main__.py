"""`facilitation …` where it is installed, `python3 -m facilitation …` anywhere: the command line, from a fresh checkout too."""

from __future__ import annotations

import sys

from facilitation import bootstrap, paths, start

OF_A_CHECKOUT = ("test", "faults", "soak")  # these need the tests and their tools


def main() -> None:
    """Run one command. `serve` of one process starts before anything else is imported; the rest is in `facilitation.cli`."""
    first = next((argument for argument in sys.argv[1:] if argument != bootstrap.OPTION), "")
    with start.quiet_interrupt():
        bootstrap.ensure("test" if first in OF_A_CHECKOUT else "run")
        arguments = sys.argv[1:]
        if first in OF_A_CHECKOUT:
            raise SystemExit(_check(first, arguments[1:]))
        if first == "serve" and start.is_one_process(arguments[1:]):
            start.serve(arguments[1:])
            return
        start.any_terminal()
        from facilitation.cli import main as command_line

        command_line(arguments)


def _check(name: str, arguments: list[str]) -> int:
    """Check the code itself; the exit code."""
    if paths.INSTALLED:
        sys.exit(f"{name} needs the tests, which are not installed. Run it in a checkout: python3 -m facilitation {name}")
    if name == "test":
        from facilitation import selftest

        return selftest.main(arguments)
    from facilitation import faults

    return faults.main(arguments) if name == "faults" else faults.soak(arguments)


if __name__ == "__main__":
    main()
