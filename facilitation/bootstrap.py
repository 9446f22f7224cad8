"""Makes the environment the tool runs in, so that a checkout and Python are all a newcomer needs.

Standard library only: it runs before anything is installed (facilitation/__init__.py has sent away a Python that is too old).
What is slow to import is imported where it is used, because a second start must cost nothing.

`ensure("run")` returns at once inside a finished `.venv`; elsewhere it makes or repairs `.venv` and starts the same command
again in there. Finished means: `facilitation.stamp` in it names the hash of the lock file and the version of Python.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, NoReturn

from facilitation.core.file_lock import locked

LOCKS = {"run": "requirements.txt", "test": "requirements-test.txt"}
# Each set and the sets that hold it: the test lock contains the run lock.
HELD_BY = {"run": ("run", "test"), "test": ("test",)}
AGAIN = "FACILITATION_BOOTSTRAP_AGAIN"
BYPASS, OPTION = "FACILITATION_NO_BOOTSTRAP", "--no-bootstrap"
#: What pip says when it cannot reach its index, and what we call it.
NO_NETWORK = (
    (r"ProxyError|Cannot connect to proxy", "the proxy does not answer"),
    (r"name resolution|NameResolution|Name or service not known|nodename nor servname|getaddrinfo|No address associated",
     "the name of the package index cannot be resolved"),
    (r"Network is unreachable|No route to host", "there is no route to the package index"),
    (r"Connection refused|actively refused", "the connection to the package index was refused"),
    (r"timed out|TimeoutError", "the package index did not answer in time"),
    (r"NewConnectionError|Connection reset|Connection aborted|IncompleteRead|RemoteDisconnected", "the connection was lost"),
)  # fmt: skip


def ensure(extra: str = "run") -> None:
    """Go on only in an environment that holds the packages of `extra` ("run" or "test").

    Returns when this interpreter is that environment, when `--no-bootstrap` (taken out of `sys.argv`) or
    FACILITATION_NO_BOOTSTRAP=1 says that somebody else looks after it, or when there is no lock file (an installed wheel).
    Otherwise it does not return: the command is started again in `.venv`. SystemExit with one plain sentence on failure.
    """
    home = Path(__file__).resolve().parent.parent
    if _bypassed() or not (home / LOCKS[extra]).is_file():
        return
    environment = Environment(home)
    if not environment.holds(extra):
        environment.make(extra)
    elif environment.is_this_one():
        os.environ.pop(AGAIN, None)
        return
    environment.start_again()


class Environment:
    """The folder `.venv` of one checkout."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.folder = home / ".venv"
        self.python = self.folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
        self.stamp = self.folder / "facilitation.stamp"
        self.unfinished = self.folder / "facilitation.unfinished"
        self._keeps: dict[str, Any] = {}

    def holds(self, extra: str) -> bool:
        """True when a finished installation of this lock, or of one that contains it, is there."""
        stamped = self._stamped()
        try:
            return any(stamped.get(name) == self._seal(name) for name in HELD_BY[extra]) and self.python.exists()
        except OSError as error:  # made by somebody else, of a Python that only they may use
            _stop(f"{self.folder} cannot be used by this user: {error.strerror}.")

    def is_this_one(self) -> bool:
        return os.path.realpath(sys.prefix) == os.path.realpath(self.folder)

    def make(self, extra: str) -> None:
        """Create or repair. Safe to run from several starts at once, and after one that was killed."""
        with _alone(self.home / ".venv.lock") as lock:
            if os.name != "nt":
                # The programs it starts hold the lock as well: when this start is killed, the next one waits until they ended.
                self._keeps = {"pass_fds": (lock.fileno(),)}
            if self.holds(extra):  # another start did it while this one waited
                return
            _say(f"Preparing the environment in {self.folder} (once; about a minute)")
            if not self._usable():
                self._create()
            self._install(extra)
        _say("Environment ready")

    def start_again(self) -> NoReturn:
        """Replace this process by the same command under the environment's Python."""
        if os.environ.get(AGAIN):
            _stop(f"{self.python} does not run as the environment in {self.folder}. Remove that folder and start again.")
        command = [str(self.python), *sys.orig_argv[1:]]
        os.environ[AGAIN] = "1"
        sys.stdout.flush()
        sys.stderr.flush()
        if os.name == "nt":  # there, exec gives the prompt back while the new process still runs
            import subprocess

            raise SystemExit(subprocess.call(command))
        os.execv(command[0], command)  # noqa: S606 - our own interpreter and arguments

    def _stamped(self) -> dict[str, str]:
        try:
            lines = self.stamp.read_text(encoding="ascii").split("\n")
        except (OSError, ValueError):
            return {}
        return dict(line.split(" ", 1) for line in lines if " " in line)

    def _seal(self, extra: str) -> str:
        """What the stamp must say for `extra`: the lock's hash, and the Python the packages were built for."""
        lock = hashlib.sha256((self.home / LOCKS[extra]).read_bytes()).hexdigest()
        return f"{lock} {sys.implementation.name} {_dotted(sys.version_info[:2])} {sys.platform}"

    def _usable(self) -> bool:
        """False for an environment that is absent, was left half-way, or belongs to another Python.

        A half-way one is never repaired in place: pip takes a package whose copying was cut off for an installed one.
        """
        import subprocess

        if self.unfinished.exists() or not self.python.exists():
            return False
        question = "import pip, sys; print(sys.implementation.name, '%d.%d' % sys.version_info[:2], sys.platform)"
        answer = subprocess.run([str(self.python), "-c", question], capture_output=True, text=True, check=False)
        return answer.returncode == 0 and self._seal("run").endswith(" " + answer.stdout.strip())

    def _create(self) -> None:
        import subprocess

        missing = _missing_for_venv()
        if missing:
            _stop(missing)
        _say("  making a virtual environment")
        # Not from inside the folder that is being cleared: the base interpreter does it.
        base = getattr(sys, "_base_executable", None) or sys.executable
        command = [base, "-m", "venv", "--clear", str(self.folder)]
        done = subprocess.run(command, capture_output=True, text=True, check=False, **self._keeps)
        if done.returncode:
            _stop(f"The virtual environment could not be made:\n{(done.stdout + done.stderr).strip()}")

    def _install(self, extra: str) -> None:
        self.stamp.unlink(missing_ok=True)
        self.unfinished.touch()
        _pip_install(self.python, self.home / LOCKS[extra], self._keeps)
        self._compile()
        sealed = "".join(f"{name} {self._seal(name)}\n" for name in LOCKS if extra in HELD_BY[name])
        draft = self.stamp.with_suffix(".new")
        draft.write_text(sealed, encoding="ascii")
        self.unfinished.unlink()
        draft.replace(self.stamp)

    def _compile(self) -> None:
        """Byte code for the packages and our own code, on all cores: pip would take one, and where PYTHONDONTWRITEBYTECODE is
        set, as in many containers, each start would do it again. A file that does not compile is not one that anybody imports.
        """
        import subprocess

        _say("  compiling")
        folders = [str(self.home / "facilitation"), *map(str, self.folder.glob("[Ll]ib*/**/site-packages"))]
        passed_over = r"[/\\](pip|setuptools|tests?)[/\\]"
        command = [str(self.python), "-m", "compileall", "-qq", "-j", "0", "-x", passed_over, *folders]
        subprocess.run(command, check=False, **self._keeps)


def _bypassed() -> bool:
    options = sys.argv[1 : sys.argv.index("--")] if "--" in sys.argv else sys.argv[1:]
    if OPTION in options:
        sys.argv.remove(OPTION)
        return True
    return os.environ.get(BYPASS, "") not in ("", "0")


def _missing_for_venv() -> str | None:
    """The sentence that names what to install when this Python cannot make environments, as on a bare Debian."""
    from importlib.util import find_spec

    if find_spec("venv") and find_spec("ensurepip"):
        return None
    if Path("/etc/debian_version").exists():
        remedy = f"apt-get install python{_dotted(sys.version_info[:2])}-venv"
    else:
        remedy = "install the part of Python that holds the modules venv and ensurepip"
    return f"This Python cannot make virtual environments. The one thing missing:\n  {remedy}"


def _pip_install(python: Path, lock: Path, keeps: dict[str, Any]) -> None:
    """Install exactly what the lock names, with pip as this machine has it configured. SystemExit when pip fails."""
    import subprocess

    command = [str(python), "-m", "pip", "install", "--require-hashes", "--no-deps", "--no-input", "--no-compile"]
    command += ["--disable-pip-version-check", "--progress-bar", "off", "-r", str(lock)]
    surroundings = {**os.environ, "PIP_USER": "0", "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        command, env=surroundings, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", **keeps
    ) as pip:
        assert pip.stdout is not None  # noqa: S101 - asked for above
        last = _show_progress(pip.stdout, lock)
    if pip.returncode:
        if reason := _no_network("".join(last)):
            _stop(
                f"The packages could not be fetched, because the network could not be reached: {reason}. Connect this machine, "
                "or name your proxy (HTTPS_PROXY) or your own package index (PIP_INDEX_URL), and start again; nothing is lost."
            )
        _stop("pip could not install the packages; nothing is lost, the next start tries again.\n" + "".join(last))


def _show_progress(lines: Iterator[str] | IO[str], lock: Path) -> list[str]:
    """One line per ten packages; the last twenty lines of pip itself are kept for the case that it fails."""
    total = sum("==" in line for line in lock.read_text(encoding="utf-8").splitlines())
    seen, last = 0, [""]
    for line in lines:
        last = [*last[-19:], line]
        if line.startswith("Ignoring "):  # a package for other systems
            total -= 1
        elif line.startswith(("Collecting ", "Processing ")):  # the second from a folder of wheels
            seen += 1
            if seen % 10 == 0:
                _say(f"  {seen} of {total} packages fetched")
        elif line.startswith("Installing collected packages"):
            _say(f"  unpacking {total} packages")
    return last


def _no_network(said: str) -> str | None:
    """Why pip's words mean that it could not reach its index; None when they mean something else."""
    import re

    if "DO NOT MATCH THE HASHES" in said:
        return None
    return next((reason for pattern, reason in NO_NETWORK if re.search(pattern, said)), None)


@contextlib.contextmanager
def _alone(path: Path) -> Iterator[IO[bytes]]:
    """Hold the lock file; wait, saying so, while another start or what it left running holds it."""
    import time

    try:
        handle = path.open("a+b")
    except OSError as error:
        _stop(f"The environment cannot be made beside the code: {error}")
    with handle:
        if not locked(handle):
            _say("Another start is preparing the environment; waiting for it")
            while not locked(handle):
                time.sleep(0.2)
        yield handle


def _dotted(version: tuple[int, ...]) -> str:
    return ".".join(str(part) for part in version)


def _say(line: str) -> None:
    # The answer of a command belongs to standard output alone.
    print(_worded("preparing", "INFO", step=line.strip()) if _wants_json() else line, file=sys.stderr, flush=True)


def _stop(sentence: str) -> NoReturn:
    if not _wants_json():
        raise SystemExit(sentence)
    print(_worded("not_started", "ERROR", reason=sentence), file=sys.stderr, flush=True)
    raise SystemExit(1)


def _wants_json() -> bool:
    return os.environ.get("FACILITATION_LOG_FORMAT", "").lower() == "json"


def _worded(event: str, level: str, **fields: str) -> str:
    """A line as facilitation/logs.py writes it, before that can be imported."""
    import json
    import time

    at = time.strftime("%Y-%m-%dT%H:%M:%S.000+00:00", time.gmtime())
    return json.dumps({"at": at, "level": level, "process": os.getpid(), "event": event, **fields})
