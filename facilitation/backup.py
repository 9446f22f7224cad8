"""One file with everything an instance knows, and the way back (SQLite; PostgreSQL has tools of its own).

The archive is a zip: `manifest.json`, `facilitation.db` (one consistent moment, taken while the server runs), `exports/…`, and
`secret_key` only when asked for: whoever has the key can make sign-ins and join codes. A restored database calls itself by a
new epoch, so that every phone starts afresh instead of building on numbers that are no longer true (live contract, section 2).
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import secrets
import sqlite3
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy.engine import make_url

from facilitation import __version__
from facilitation.core import ids
from facilitation.core.i18n import _
from facilitation.start import to_type

FORMAT = 1
DATABASE, KEY, EXPORTS, MANIFEST = "facilitation.db", "secret_key", "exports", "manifest.json"


class BackupError(Exception):
    """A backup that cannot be made or taken back; the message says why, and that nothing was changed."""


@dataclass(frozen=True)
class Place:
    """Where an instance keeps its things."""

    data: Path
    database: Path
    secret: str

    @classmethod
    def of(cls, settings: Any) -> Place:
        """The place of these settings, or `BackupError` when the database is not a SQLite file."""
        url = make_url(settings.DATABASE_URL)
        if url.get_backend_name() != "sqlite" or not url.database:
            raise BackupError(
                _(
                    "This instance keeps its data in PostgreSQL. Make a backup with: pg_dump -Fc -f FILE DATABASE. To restore "
                    "it, make a new, empty database, and run: pg_restore --no-owner --single-transaction -d DATABASE FILE; then: "
                    "%(then)s",
                    then=", ".join(map(to_type, ("migrate", "new-epoch", "erase --again"))),
                )
            )
        return cls(settings.data, Path(url.database), settings.SECRET_KEY)


# ---- there


def save(place: Place, target: Path, *, now: datetime, with_key: bool = False) -> dict[str, Any]:
    """Write the archive; all of it or nothing. Only its owner can read it. Returns its manifest."""
    if not place.database.exists():
        raise BackupError(_("There is no database in %(folder)s.", folder=place.data))
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".backup-") as folder:
        copy, draft = Path(folder) / DATABASE, Path(folder) / "archive"
        _copy(place.database, copy)
        manifest = {
            **_facts(copy),
            "made": now.isoformat(timespec="seconds"),
            "with_key": with_key,
            "key": _mark_of(place.secret),
        }
        with zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED) as archive:
            draft.chmod(0o600)
            archive.writestr(MANIFEST, json.dumps(manifest, indent=1))
            archive.write(copy, DATABASE)
            for path in sorted((place.data / EXPORTS).rglob("*")):
                if path.is_file():
                    archive.write(path, str(path.relative_to(place.data)))
            if with_key:
                archive.writestr(KEY, place.secret)
        draft.replace(target)
    return manifest


def _copy(source: Path, target: Path) -> None:
    """One moment of the database, whoever writes meanwhile, as a file of its own."""
    with contextlib.closing(sqlite3.connect(source)) as running, contextlib.closing(sqlite3.connect(target)) as copy:
        running.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")


def _facts(database: Path) -> dict[str, Any]:
    with contextlib.closing(sqlite3.connect(database)) as connection:
        _check_whole(connection)
        epoch = connection.execute("SELECT epoch FROM instance").fetchone()
        counts = {name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in ("case", "lab", "user")}  # noqa: S608
        revision = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    return {
        "format": FORMAT, "version": __version__, "revision": revision[0], "epoch": epoch[0] if epoch else "",
        "sha256": _digest(database), **{f"{name}s": n for name, n in counts.items()},
    }  # fmt: skip


def _check_whole(connection: sqlite3.Connection) -> None:
    try:
        if connection.execute("PRAGMA quick_check").fetchone()[0] == "ok":
            return
    except sqlite3.DatabaseError:
        pass
    raise BackupError(_("The database is damaged."))


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _mark_of(secret: str) -> str:
    """Tells two keys apart without telling the key."""
    return ids.token(secret, "backup")


# ---- and back


def restore(place: Place, source: Path, *, now: datetime, force: bool = False, known: set[str]) -> dict[str, Any]:
    """Put the archive's database in the place of the present one. Returns {epoch, labs_with_new_codes, kept, key, …}.

    Refused, with everything as it was: while a server or command uses the data; when there is data, unless `force` (then the
    old database is kept beside the new one); for an archive that is damaged or of a version not in `known` (revisions).
    The caller migrates afterwards.
    """
    with tempfile.TemporaryDirectory(prefix="restore-") as name:
        folder = Path(name)
        manifest = _unpack(source, folder, known)
        fresh = folder / DATABASE
        with _alone(place.database) as there:
            if there is not None and not force and _has_data(there):
                raise BackupError(_("There is data in %(folder)s already. To replace it: --force", folder=place.data))
            secret = _key_for(place, folder, manifest)
            told = {"epoch": _new_epoch(fresh), "labs_with_new_codes": _new_codes(fresh, secret, manifest)}
            kept = _keep(place.database, now) if there is not None else None
            _put(fresh, place.database)
        _put_beside(place, folder, manifest)
    facts = {name: manifest[name] for name in ("made", "version", "cases", "labs", "users")}
    return {**facts, **told, "kept": str(kept) if kept else None, "key": manifest["with_key"]}


def _unpack(source: Path, folder: Path, known: set[str]) -> dict[str, Any]:
    """The archive's files in `folder`, checked; its manifest."""
    try:
        with zipfile.ZipFile(source) as archive:
            manifest: dict[str, Any] = json.loads(archive.read(MANIFEST))
            for member in [DATABASE, *([KEY] if manifest["with_key"] else []), *_exports(archive)]:
                archive.extract(member, folder)
        if manifest["format"] != FORMAT or manifest["revision"] not in known:
            raise BackupError(_("This backup is of a newer version of the program (%(v)s).", v=manifest["version"]))
        whole = manifest["sha256"] == _digest(folder / DATABASE)
    except (OSError, zipfile.BadZipFile, KeyError, ValueError, TypeError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else _("it is not a backup of this program")
        raise BackupError(_("%(file)s cannot be read: %(reason)s.", file=source, reason=reason)) from None
    if not whole:
        raise BackupError(_("This backup is damaged."))
    return manifest


def _exports(archive: zipfile.ZipFile) -> list[str]:
    names = [info.filename for info in archive.infolist() if not info.is_dir()]
    return [name for name in names if name.startswith(f"{EXPORTS}/") and ".." not in Path(name).parts]


@contextlib.contextmanager
def _alone(database: Path) -> Iterator[sqlite3.Connection | None]:
    """Go on only when nobody else has the database open; nobody gets in until the block is left. None: there is no database.

    Leaving write-ahead mode needs every other connection to be gone, so it answers whether a server is running.
    """
    if not database.exists():
        yield None
        return
    with contextlib.closing(sqlite3.connect(database, timeout=1, isolation_level=None)) as connection:
        try:
            connection.execute("PRAGMA journal_mode=DELETE").fetchone()
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError:
            raise BackupError(_("A server or another command is using this data. Stop it first.")) from None
        except sqlite3.DatabaseError:
            pass  # a file of another kind: `_has_data` calls it data
        yield connection


def _has_data(connection: sqlite3.Connection) -> bool:
    """Is there an account, a case or a lab? What cannot be read counts as data: it is not ours to overwrite."""
    try:
        if not connection.execute("SELECT 1 FROM sqlite_master").fetchone():
            return False
        queries = (f'SELECT 1 FROM "{name}" LIMIT 1' for name in ("user", "case", "lab"))  # noqa: S608
        return any(connection.execute(query).fetchone() for query in queries)
    except sqlite3.DatabaseError:
        return True


def _key_for(place: Place, folder: Path, manifest: dict[str, Any]) -> str:
    """The key the instance will have: the archive's own when it came along, unless the environment gives one."""
    if not manifest["with_key"] or os.environ.get("FACILITATION_SECRET_KEY"):
        return place.secret
    return (folder / KEY).read_text().strip()


def new_epoch(connection: Any) -> str:
    """Let the database call itself by another name; every device starts afresh."""
    epoch = secrets.token_hex(4)
    connection.execute("UPDATE instance SET epoch = ?", (epoch,))
    return epoch


def _new_epoch(database: Path) -> str:
    with contextlib.closing(sqlite3.connect(database)) as connection, connection:
        return new_epoch(connection)


def _new_codes(database: Path, secret: str, manifest: dict[str, Any]) -> int:
    """Join codes follow from the key: under another key every lab gets another one. Returns how many did."""
    if manifest["key"] == _mark_of(secret):
        return 0
    with contextlib.closing(sqlite3.connect(database)) as connection, connection:
        labs = connection.execute("SELECT id, code_serial FROM lab").fetchall()
        connection.execute("UPDATE lab SET code_hash = id")  # so that no old code stands in the way of a new one
        taken: set[str] = set()
        for lab, serial in labs:
            while (code := ids.fingerprint(ids.join_code(secret, lab, serial))) in taken:
                serial += 1
            taken.add(code)
            connection.execute("UPDATE lab SET code_hash = ?, code_serial = ? WHERE id = ?", (code, serial, lab))
    return len(labs)


def _keep(database: Path, now: datetime) -> Path:
    kept = database.with_name(f"{database.name}.before-restore-{now:%Y%m%d-%H%M%S}")
    _write_private(kept, database.read_bytes())
    return kept


def _write_private(path: Path, content: bytes) -> None:
    """A new file that only its owner can read, from its first byte on."""
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _put(fresh: Path, database: Path) -> None:
    """The new file takes the old one's name in one step, written through to the disk first."""
    database.parent.mkdir(parents=True, exist_ok=True)
    draft = database.with_name(f".{database.name}.restored")
    _write_private(draft, fresh.read_bytes())
    draft.replace(database)
    for rest in ("-wal", "-shm", "-journal"):
        database.with_name(database.name + rest).unlink(missing_ok=True)


def _put_beside(place: Place, folder: Path, manifest: dict[str, Any]) -> None:
    """Exports, and the key when it came along."""
    for path in sorted((folder / EXPORTS).rglob("*")):
        if path.is_file():
            target = place.data / path.relative_to(folder)
            target.parent.mkdir(parents=True, exist_ok=True)
            _write_private(target, path.read_bytes())
    if manifest["with_key"] and not os.environ.get("FACILITATION_SECRET_KEY"):
        draft = place.data / f".{KEY}.restored"
        _write_private(draft, (folder / KEY).read_bytes())
        draft.replace(place.data / KEY)
