"""The library: published cases and reports, for anybody; and the front door."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

blueprint = Blueprint("library", __name__)


@blueprint.get("/")
def home() -> ResponseReturnValue:
    return render_template("library/home.html")


@blueprint.get("/specimen")
def specimen() -> ResponseReturnValue:
    return render_template("specimen.html")
