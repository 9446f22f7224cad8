"""Random public ids and secrets."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets

ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
CODE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # 31 signs: no 0 O 1 I L (safety, section 2)
ID_LENGTH = 12  # 71 bits: nobody meets one by guessing
KEY = re.compile(r"[A-Za-z0-9_-]{22}")


def new_id() -> str:
    """A public id: 12 letters and digits."""
    return "".join(secrets.choice(ALPHABET) for _ in range(ID_LENGTH))


def new_key() -> str:
    """A command key as a device makes it: 128 random bits, 22 characters of base64url."""
    return secrets.token_urlsafe(16)


def is_key(value: object) -> bool:
    return isinstance(value, str) and KEY.fullmatch(value) is not None


def derive(secret: str, *parts: object) -> bytes:
    """32 bytes bound to the server's secret and `parts`; the same parts give the same bytes."""
    return hmac.new(secret.encode(), "\0".join(map(str, parts)).encode(), hashlib.sha256).digest()


def token(secret: str, *parts: object) -> str:
    """A bearer token derived from the secret: nothing to store, nothing to steal from a backup."""
    return derive(secret, *parts).hex()[:40]


def key_of(secret: str, *parts: object) -> str:
    """A command key that follows from `parts`: sent again, by whichever process, it is the same command."""
    return base64.urlsafe_b64encode(derive(secret, *parts)[:16]).decode().rstrip("=")


def join_code(secret: str, lab: str, serial: int) -> str:
    """The six-character code of a lab; a new serial gives a new code."""
    number = int.from_bytes(derive(secret, "join", lab, serial)[:8], "big")
    signs = []
    for _ in range(6):
        number, rest = divmod(number, len(CODE_ALPHABET))
        signs.append(CODE_ALPHABET[rest])
    return "".join(signs)


def tidy_code(typed: str) -> str:
    """What a person typed, as a code: upper case, without spaces and dashes."""
    return re.sub(r"[\s\-]", "", typed).upper()


def fingerprint(value: str) -> str:
    """A one-way digest for look-ups of codes and tokens."""
    return hashlib.sha256(value.encode()).hexdigest()
