"""The wall: one page for the projector. The page holds no data; its token or a staff sign-in opens the room's stream."""

from __future__ import annotations

import io
import re

import segno
from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from facilitation.core import i18n, ids
from facilitation.core.errors import Refused
from facilitation.web import access

blueprint = Blueprint("wall", __name__)
CODE = re.compile(f"[{ids.CODE_ALPHABET}]{{6}}")
LAB = re.compile(r"[A-Za-z0-9_-]{1,40}")


@blueprint.get("/wall/<lab>")
def lab(lab: str) -> ResponseReturnValue:
    """The wall of a lab, the same page for every id: whether it exists is told by the stream, to whoever may know.

    `lang` is the lab's language, which its people read; the token lies in the fragment or in `wall`.
    """
    if LAB.fullmatch(lab) is None:
        raise Refused("not_found")
    if request.args.get("lang") in i18n.LOCALES:
        i18n.set_locale(request.args["lang"])
    return render_template("wall/wall.html", island={"lab": lab})


@blueprint.get("/qr/<code>.svg")
def qr(code: str) -> ResponseReturnValue:
    """The join address with this code as a QR picture. Says nothing about whether the code is alive: nothing is looked up."""
    code = ids.tidy_code(code)
    if CODE.fullmatch(code) is None:
        raise Refused("not_found")
    answer = Response(qr_svg(access.extension("settings").join_url(code)), mimetype="image/svg+xml")
    answer.headers["Cache-Control"] = "private, max-age=3600"
    return answer


def qr_svg(text: str) -> bytes:
    """A QR code as SVG without a size of its own: black on white, with the quiet zone scanners need."""
    out = io.BytesIO()
    segno.make(text, error="m", micro=False).save(
        out, kind="svg", xmldecl=False, omitsize=True, border=2, dark="#14171a", light="#fff", svgclass=None, lineclass=None
    )
    return out.getvalue()
