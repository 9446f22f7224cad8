"""One shape of refusal and one list of codes, for both doors (live contract, section 4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from facilitation.core.i18n import _


@dataclass(frozen=True)
class Code:
    """What a code means to a client: may the same key be sent again, and which HTTP status goes with it."""

    retry: bool
    status: int


CODES: Mapping[str, Code] = {
    "busy": Code(retry=True, status=503),
    "rate": Code(retry=True, status=429),
    "draining": Code(retry=True, status=503),
    "unknown": Code(retry=True, status=500),
    "invalid": Code(retry=False, status=400),
    "too_long": Code(retry=False, status=400),
    "unauthenticated": Code(retry=False, status=401),
    "forbidden": Code(retry=False, status=403),
    "not_found": Code(retry=False, status=404),
    "closed": Code(retry=False, status=409),
    "not_open": Code(retry=False, status=409),
    "bad_state": Code(retry=False, status=409),
    "conflict": Code(retry=False, status=409),
    "key_reused": Code(retry=False, status=409),
    "full": Code(retry=False, status=409),
    "gone": Code(retry=False, status=410),
}


class Refused(Exception):
    """A command or a request that is answered with a code instead of a result.

    `message` is for a person, in their language. `fields` names the inputs at fault. `data` travels with a
    `conflict` (for instance both texts) and never holds what the actor may not see.
    """

    def __init__(
        self,
        code: str,
        message: str = "",
        *,
        fields: Mapping[str, str] | None = None,
        after_ms: int | None = None,
        data: Mapping[str, object] | None = None,
    ) -> None:
        if code not in CODES:
            raise ValueError(f"unknown refusal code {code!r}")
        super().__init__(message or code)
        self.code = code
        self.message = message or default_message(code)
        self.fields = dict(fields or {})
        self.after_ms = after_ms
        self.data = dict(data or {})

    @property
    def retry(self) -> bool:
        return CODES[self.code].retry

    @property
    def status(self) -> int:
        return CODES[self.code].status


def default_message(code: str) -> str:
    """A kind sentence for each code, used when the rule that refuses has nothing better to say."""
    return {
        "busy": _("The server is busy. Your text is kept and sent again."),
        "rate": _("That was quick. Your text is kept and sent in a moment."),
        "draining": _("The server restarts. Your text is kept and sent again."),
        "unknown": _("Something went wrong on our side. Your text is kept and sent again."),
        "invalid": _("Something in this does not fit. Please look at the marked places."),
        "too_long": _("This text is too long."),
        "unauthenticated": _("Please sign in first."),
        "forbidden": _("Your role does not include this."),
        "not_found": _("This is not here, or not yours to see."),
        "closed": _("This lab is closed. Your text stays with you."),
        "not_open": _("This is not open at the moment."),
        "bad_state": _("This is not possible at this point."),
        "conflict": _("Somebody else changed this at the same time."),
        "key_reused": _("This was already sent with another content."),
        "full": _("No more can be added here."),
        "gone": _("This has ended."),
    }[code]
