"""What keeps a start or a command from its data is said in one sentence; how the server ends."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from facilitation.config import ROOT, BadSetting, Settings
from tests.cli.whole_program import sentence, start
from tests.running import Server, free_port

pytestmark = pytest.mark.sqlite
SECRET = "geheim-9f3"


# ---- one server for a file


@pytest.mark.slow
def test_the_second_server_on_a_file_is_refused_and_commands_are_not(data: Path) -> None:
    first = Server(data, "--no-demo", "--no-bootstrap").start()
    try:
        second = sentence(start(data))
        assert f"already running on {data / 'facilitation.db'} (process {first.pid}, {first.url})" in second
        several = sentence(start(data, "serve", "--workers", "1", "--port", str(free_port())))
        assert "already running" in several
        # another folder, the same file
        other = sentence(start(data.parent / "other", DATABASE_URL=f"sqlite:///{data / 'facilitation.db'}"))
        assert "already running" in other
        assert start(data, "create-user", "m@example.org", "--name", "M", "--role", "coordinator").returncode == 0
        assert start(data, "backup", str(data.parent / "b.zip")).returncode == 0
        assert start(data, "sign-in-link", "m@example.org", "--json").returncode == 0
        assert first.answers()
        first.kill()  # kill -9: the system gives the file back
        assert first.start().answers()
    finally:
        first.stop()


# ---- one sentence


@contextlib.contextmanager
def silent() -> Iterator[int]:
    """A port that takes connections and never answers."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(5)
        yield listener.getsockname()[1]


@pytest.mark.slow
@pytest.mark.parametrize(
    "command", [(), ("serve", "--workers", "2"), ("report", "L1", "-o", "r.docx"), ("migrate",)], ids=lambda c: c[:1]
)
def test_postgresql_that_cannot_be_reached_is_named_without_the_password(tmp_path: Path, command: tuple[str, ...]) -> None:
    url = f"postgresql://labs:{SECRET}@127.0.0.1:1/labs"
    done = start(tmp_path, *command, DATABASE_URL=url)
    said = sentence(done)
    assert "PostgreSQL at 127.0.0.1, port 1 cannot be used: Connection refused" in said
    assert SECRET not in done.stderr + done.stdout


@pytest.mark.slow
@pytest.mark.parametrize("command", [(), ("report", "L1", "-o", "r.docx")], ids=lambda c: c[:1])
def test_postgresql_that_does_not_answer_is_not_waited_for(tmp_path: Path, command: tuple[str, ...]) -> None:
    with silent() as port:
        said = sentence(start(tmp_path, *command, DATABASE_URL=f"postgresql://labs:{SECRET}@127.0.0.1:{port}/labs"))
    assert f"PostgreSQL at 127.0.0.1, port {port} cannot be used" in said
    assert "timeout expired" in said


@pytest.mark.postgres
@pytest.mark.slow
def test_a_database_that_postgresql_does_not_have_is_named(postgres: object, tmp_path: Path) -> None:
    done = start(tmp_path, "migrate", "--json", DATABASE_URL=postgres.url("nowhere"))  # type: ignore[attr-defined]
    assert 'database "nowhere" does not exist' in done.stderr
    assert json.loads(done.stdout.splitlines()[-1])["error"]["code"] == "busy"
    assert done.returncode == 1


@pytest.mark.parametrize(
    ("url", "said"),
    [
        (f"mysql://labs:{SECRET}@db/labs", "begins with mysql://"),
        (f"postgresql+asyncpg://labs:{SECRET}@db/labs", "begins with postgresql+asyncpg://"),
        (f"labs:{SECRET}@db", "must begin with sqlite:/// or postgresql://"),
        (f"postgresql://labs:{SECRET}@x@db/labs", "write @ as %40"),
        (f"postgresql://labs:{SECRET}/x@db/labs", "/ as %2F"),
        (f"postgresql://labs:{SECRET}@db:many/labs", "host and port cannot be read"),
        ("sqlite://", "SQLite needs a file"),
        ("sqlite:///:memory:", "SQLite needs a file"),
    ],
)
def test_a_database_we_do_not_know_is_refused_without_its_password(tmp_path: Path, url: str, said: str) -> None:
    with pytest.raises(BadSetting, match="FACILITATION_DATABASE_URL") as refused:
        Settings(DATA=str(tmp_path), DATABASE_URL=url)
    assert said in str(refused.value)
    assert SECRET not in str(refused.value)


@pytest.mark.slow
@pytest.mark.parametrize("command", [(), ("serve", "--workers", "2"), ("migrate",)], ids=lambda c: c[:1])
def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path, command: tuple[str, ...]) -> None:
    (tmp_path / "file").write_text("not a folder")
    place = tmp_path / "file" / "data"
    said = sentence(start(place, *command))
    assert said.startswith(f"{place} cannot be used for data: ")
    assert "FACILITATION_DATA can name another folder" in said


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    (tmp_path / "facilitation.db").write_text("something else " * 100)
    said = sentence(start(tmp_path, "migrate"))
    assert f"The database {tmp_path / 'facilitation.db'} cannot be used: file is not a database" in said


def test_a_port_that_is_no_number_is_refused_with_lan_too(tmp_path: Path) -> None:
    assert "FACILITATION_PORT is 'five'" in sentence(start(tmp_path, "serve", "--lan", PORT="five"))


def test_metrics_without_the_package_are_refused(tmp_path: Path) -> None:
    code = (
        "import sys; sys.modules['prometheus_client'] = None; sys.argv[1:] = ['serve', '--no-demo']; "
        "from facilitation.__main__ import main; main()"
    )
    given = {"NO_BOOTSTRAP": "1", "DATA": str(tmp_path), "METRICS": "yes", "PORT": str(free_port())}
    environment = {**os.environ, **{f"FACILITATION_{name}": value for name, value in given.items()}}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert "pip install prometheus-client" in sentence(done)


@pytest.mark.slow
def test_a_latin_1_terminal_shows_what_it_can(data: Path, tmp_path: Path) -> None:
    server = Server(data, "--no-bootstrap")
    server.surroundings |= {"PYTHONIOENCODING": "latin-1", "PYTHONUNBUFFERED": "1"}
    try:
        server.start()
        log = server.log.read_bytes().decode("latin-1")
        assert "/sign-in/" in log
        assert "Traceback" not in log
        assert "???" not in log, "half a QR code leads nowhere"
    finally:
        server.kill()
    cases = (ROOT / "facilitation" / "cases" / "data" / "sample-cases.yaml").read_text("utf-8")
    (tmp_path / "cases.yaml").write_text(cases.replace("The Copper Mark", "Łódź – Copper", 1), "utf-8")
    assert start(data, "import-cases", str(tmp_path / "cases.yaml"), "--replace").returncode == 0
    environment = {**server.environment, "FACILITATION_NO_BOOTSTRAP": "1"}
    for arguments, kind in ((["export-cases"], "yaml"), (["export-cases", "--json"], "json")):
        done = subprocess.run(
            [sys.executable, "-m", "facilitation", *arguments], env=environment, cwd=ROOT, capture_output=True, check=False
        )
        assert done.returncode == 0, done.stderr
        text = json.loads(done.stdout)["text"] if kind == "json" else done.stdout.decode("utf-8")
        assert "Łódź – Copper" in text, "signs that latin-1 does not have"


# ---- several workers


@pytest.mark.slow
def test_a_worker_that_cannot_start_ends_the_parent_with_its_reason(data: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = start(data, "serve", "--workers", "1", "--no-demo", "--port", str(free_port()), "--first-port", str(port))
    assert done.returncode == 1
    last = done.stderr.splitlines()[-1]
    assert last.startswith(
        f"worker 127.0.0.1:{port} cannot start (3 tries): Cannot listen on 127.0.0.1:{port}: Address already in use"
    )
    assert done.stderr.count("worker_ended") == 3


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_serve_is_one_process_unless_workers_are_asked_for(data: Path, number: int) -> None:
    server = Server(data)
    command = [sys.executable, "-m", "facilitation", "serve", "--port", str(server.port), "--no-demo"]
    with subprocess.Popen(
        command, env={**server.environment, "FACILITATION_NO_BOOTSTRAP": "1"}, cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            server.wait(60)
            assert server.answers()
            process.send_signal(number)
            assert process.stdout is not None
            assert f"{server.url}/set-up/" in process.stdout.read()
            assert process.wait(20) == 0
        finally:
            process.kill()
