"""wall pages."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("wall", __name__)
