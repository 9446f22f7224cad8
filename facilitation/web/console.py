"""The console: the whole lab on one screen, for the staff of the lab. The page loads its data as the staff's stream."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, jsonify, render_template, url_for
from flask.typing import ResponseReturnValue

from facilitation.cases.template import Section, Template, template
from facilitation.core import i18n
from facilitation.core.actor import Staff
from facilitation.core.errors import Refused
from facilitation.labs.models import Lab
from facilitation.labs.planning import wall_token
from facilitation.people.notes import notes_of
from facilitation.permissions import COMMANDS
from facilitation.web import access

blueprint = Blueprint("console", __name__)


@blueprint.get("/labs/<lab>/console")
def lab(lab: str) -> ResponseReturnValue:
    """The console page. Its island says who asks and what they may do; everything else comes live."""
    actor, standing = _staff_of(lab)
    row = access.session().get_one(Lab, lab)
    return render_template("console/console.html", lab=row, island=_island(row, actor, standing))


@blueprint.get("/labs/<lab>/notes")
def notes(lab: str) -> ResponseReturnValue:
    """The asking person's private notes: [{id, text, at}]. Nobody else's, whatever their role."""
    actor, _standing = _staff_of(lab)
    return jsonify({"notes": notes_of(access.session(), lab, actor.id)})


def _staff_of(lab: str) -> tuple[Staff, frozenset[str]]:
    actor, standing = access.need("lab", lab, *access.LAB_STAFF)
    if not isinstance(actor, Staff):
        raise Refused("not_found")
    return actor, standing


def _island(lab: Lab, actor: Staff, standing: frozenset[str]) -> dict[str, Any]:
    return {
        "lab": lab.id,
        "me": actor.name,
        "may": sorted(name for name, roles in COMMANDS.items() if roles & standing),
        "sections": [_section(section) for section in _words().sections],
        "notes": notes_of(access.session(), lab.id, actor.id),
        "wall": wall_token(access.extension("settings"), lab),
        "links": {
            "wall": url_for("wall.lab", lab=lab.id, lang=lab.language),
            "phone": f"{url_for('phone.lab', lab=lab.id)}?as=staff",
            "plan": url_for("labs.plan", lab=lab.id),
            "report": url_for("reports.report", lab=lab.id),
        },
    }


def _section(section: Section) -> dict[str, Any]:
    return {"id": section.id, "title": section.title, "matrix": section.is_matrix}


def _words() -> Template:
    return template(i18n.locale())
