"""labs pages."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("labs", __name__)
