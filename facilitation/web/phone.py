"""phone pages."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("phone", __name__)
