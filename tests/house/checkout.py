"""A fresh clone as far as the first start is concerned, with a package index of its own on disk."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

HOME = Path(__file__).resolve().parents[2]
#: What a start reads before the environment is there.
OURS = ("wsgi.py", *(f"facilitation/{name}.py" for name in
        ("__init__", "__main__", "start", "bootstrap", "paths", "core/__init__", "core/file_lock")))  # fmt: skip
# exit code, what the started program told, what the bootstrap said
Answer = tuple[int, dict[str, object], str]
# Stands for the server, the command line and the checks: tells where it runs and with what.
TELL = """
import importlib.util, json, sys
def main(arguments):
    import crumb
    told = {"arguments": list(arguments), "prefix": sys.prefix, "crumb": crumb.VERSION}
    print(json.dumps({**told, "crust": importlib.util.find_spec("crust") is not None}))
"""


class Checkout:
    """A fresh clone as far as the bootstrap is concerned, with a lock that names two tiny packages."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.index = folder.parent / f"{folder.name}-index"
        for name in OURS:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(HOME / name, folder / name)
        for name in ("serve", "cli", "selftest"):
            (folder / "facilitation" / f"{name}.py").write_text(TELL)
        self.lock("1.0")

    def lock(self, version: str, *, spoiled: bool = False) -> None:
        pins = {name: f"{name}=={version} --hash=sha256:{self._wheel(name, version)}\n" for name in ("crumb", "crust")}
        if spoiled:
            pins["crumb"] = f"crumb=={version} --hash=sha256:{'0' * 64}\n"
        (self.folder / "requirements.txt").write_text(pins["crumb"])
        (self.folder / "requirements-test.txt").write_text(pins["crumb"] + pins["crust"])

    def start(self, *command: str, **extra: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            command or (sys.executable, "wsgi.py"),
            cwd=self.folder,
            env=self._surroundings(extra),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def run(self, *command: str, **extra: str) -> Answer:
        process = self.start(*command, **extra)
        out, err = process.communicate(timeout=90)
        return process.returncode, json.loads(out) if out else {}, err

    @property
    def environment(self) -> Path:
        return self.folder / ".venv"

    def _surroundings(self, extra: dict[str, str]) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "FACILITATION_", "PYTHON"))}
        pip = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": self.index.as_uri(), "PIP_CONFIG_FILE": os.devnull}
        return {**kept, **pip, "FACILITATION_ASYNC_MODE": "threading", **extra}

    def _wheel(self, name: str, version: str) -> str:
        """Put a wheel of one module into the index; returns its hash."""
        self.index.mkdir(exist_ok=True)
        info = f"{name}-{version}.dist-info"
        files = {
            f"{name}.py": f"VERSION = {version!r}\n",
            f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
            f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        }
        record = "".join(f"{path},sha256={_digest(text)},{len(text)}\n" for path, text in files.items())
        target = self.index / f"{name}-{version}-py3-none-any.whl"
        with zipfile.ZipFile(target, "w") as wheel:
            for path, text in {**files, f"{info}/RECORD": f"{record}{info}/RECORD,,\n"}.items():
                wheel.writestr(zipfile.ZipInfo(path), text)
        return hashlib.sha256(target.read_bytes()).hexdigest()


def _digest(text: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode().rstrip("=")


def until(happened: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.005)
