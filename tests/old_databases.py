"""Databases kept from earlier commits (tests/data/databases/README.md), put into data folders of their own."""

from __future__ import annotations

import lzma
import os
from pathlib import Path

import psycopg2

from tests.databases import URL, Postgres, settle, use

KEPT = Path(__file__).resolve().parent / "data" / "databases"
ON_SQLITE = ("eaf8cdb", "42b2434", "51ea65f", "cc3a174", "76e0a11", "7f2825b", "f7af917", "454d308")
ON_POSTGRESQL = ("eaf8cdb", "7f2825b")


def put(commit: str, folder: Path) -> Path:
    """A data folder with the SQLite file of this commit; it is in use."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "facilitation.db").write_bytes(lzma.decompress((KEPT / f"{commit}.sqlite.xz").read_bytes()))
    return use(folder)


def put_on(server: Postgres, commit: str, folder: Path) -> Path:
    """A data folder with a database of this commit on a PostgreSQL server; it is in use."""
    folder.mkdir(parents=True, exist_ok=True)
    settle(folder, server)
    connection = psycopg2.connect(os.environ[URL])
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(lzma.decompress((KEPT / f"{commit}.postgresql.sql.xz").read_bytes()).decode())
    finally:
        connection.close()
    return folder
