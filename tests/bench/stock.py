"""The stock baseline: Flask-SocketIO on eventlet as its documentation shows it, one ORM insert and one emit per post.

No rights, no validation, no catch-up, no repeat protection: only the work nobody can leave out. Durable as the product is
(WAL, synchronous=FULL). Arguments: port, database file.
"""

from __future__ import annotations

import sys
import time
import warnings
from typing import Any

warnings.filterwarnings("ignore", message=r"\s*Eventlet is deprecated")
import eventlet  # noqa: E402

eventlet.monkey_patch()

from flask import Flask, request  # noqa: E402
from flask_socketio import SocketIO, join_room  # noqa: E402
from flask_sqlalchemy import SQLAlchemy  # noqa: E402
from sqlalchemy import event  # noqa: E402

app = Flask("stock")
app.config["SQLALCHEMY_DATABASE_URI"] = f"sqlite:///{sys.argv[2]}"
db = SQLAlchemy(app)
socketio = SocketIO(app, cors_allowed_origins="*")


class Item(db.Model):  # type: ignore[name-defined,misc]
    id = db.Column(db.Integer, primary_key=True)
    board = db.Column(db.String(40), index=True)
    author = db.Column(db.String(40))
    text = db.Column(db.Text)
    created = db.Column(db.Float)


with app.app_context():

    @event.listens_for(db.engine, "connect")
    def durable(connection: Any, _record: Any) -> None:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")

    db.create_all()


@socketio.on("join")
def join(wanted: dict[str, str]) -> dict[str, Any]:
    """Into the room of a board; with `all`, everything on it, as most tutorials do it."""
    join_room(wanted["board"])
    if not wanted.get("all"):
        return {"ok": 1}
    rows = db.session.scalars(db.select(Item).where(Item.board == wanted["board"]))
    return {"ok": 1, "items": [{"id": row.id, "author": row.author, "text": row.text, "ts": row.created} for row in rows]}


@socketio.on("post")
def post(said: dict[str, str]) -> dict[str, Any]:
    item = Item(board=said["board"], author=request.sid, text=said["text"], created=time.time())
    db.session.add(item)
    db.session.commit()
    value = {"id": item.id, "author": item.author, "text": item.text, "ts": item.created}
    socketio.emit("item", value, to=said["board"])
    return {"ok": 1, "id": item.id}


if __name__ == "__main__":
    socketio.run(app, host="127.0.0.1", port=int(sys.argv[1]))
