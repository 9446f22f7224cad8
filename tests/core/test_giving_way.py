"""PostgreSQL among green threads: a reader whose socket was closed does not keep the next connection out."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from facilitation.config import ROOT
from tests.databases import Postgres

pytestmark = pytest.mark.postgres
# The reader waits on a file; the file is closed under it; the next one to open is the database's driver, which gets its number.
STORY = """
import warnings
warnings.filterwarnings("ignore")
import eventlet
eventlet.monkey_patch()
import json, os, socket, sys
from sqlalchemy import text
from facilitation import create_app
from facilitation.extensions import db

app = create_app({"DATA": sys.argv[2], "DATABASE_URL": sys.argv[1], "ASYNC_MODE": "eventlet", "TESTING": True})
app.app_context().push()
engine = db.engine
with engine.connect() as first:  # whatever is opened only once is open now
    first.execute(text("SELECT 1"))
engine.dispose()
near, far = socket.socketpair()
ended = []

def read():
    try:
        near.recv(1)
    except Exception as error:
        ended.append(type(error).__name__)

eventlet.spawn(read)
eventlet.sleep(0)
number = near.fileno()
os.close(near.fd.detach())
with engine.connect() as connection:
    same = connection.connection.dbapi_connection.fileno() == number
    found = [connection.execute(text("SELECT pg_sleep(0.05), 7")).one()[1] for _ in range(3)]
eventlet.sleep(0.1)
print(json.dumps({"same": same, "found": found, "reader": ended}))
"""


def test_a_connection_on_the_number_of_a_closed_socket(postgres: Postgres, tmp_path: Path) -> None:
    command = [sys.executable, "-c", STORY, postgres.url("postgres"), str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=120, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["same"]  # otherwise nothing was tried
    assert told["found"] == [7, 7, 7]
    assert len(told["reader"]) == 1  # and nobody waits for ever
