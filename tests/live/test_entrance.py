"""The door of the house on green threads: a room that comes all at once is met in small groups."""

from __future__ import annotations

import json
import subprocess
import sys

from facilitation.serve import TOGETHER

PEOPLE = 100

#: Serves people who knocked, and said what they want, before anybody was met. Each answer is how many had been met by then.
HOUSE = f"""
import eventlet
eventlet.monkey_patch()
import eventlet.wsgi, socket
from facilitation.serve import _Entrance, listen
listener = listen("127.0.0.1", 0)
people = [socket.create_connection(listener.getsockname()) for _ in range({PEOPLE})]
for one in people:
    one.sendall(b"GET / HTTP/1.0\\r\\n\\r\\n")
entrance, met = _Entrance(listener), []
def answer(environ, start_response):
    met.append(entrance._met)
    start_response("200 OK", [])
    return [b""]
eventlet.spawn(eventlet.wsgi.server, entrance, answer, log_output=False)
answers = [one.recv(12) for one in people]
import json
print(json.dumps([met, [answer.decode() for answer in answers]]))
"""


def test_who_is_in_goes_on_before_the_next_are_met() -> None:
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", HOUSE], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    met, answers = json.loads(done.stdout)
    assert answers == ["HTTP/1.1 200"] * PEOPLE
    ahead = [others - place for place, others in enumerate(met)]
    assert max(ahead) <= 2 * TOGETHER  # of a hundred who knocked, few were met before the first was answered
