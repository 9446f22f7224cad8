"""Who may do what: one table. A command without a row fails the house test and is refused.

*Standing* is what an actor is to one lab or case. No standing at all looks like "not there"; standing without the
right role is `forbidden` (safety, section 1).
"""

from __future__ import annotations

from sqlalchemy import bindparam, select

from facilitation.cases.models import Case
from facilitation.core.actor import Actor, Grant, Nobody, Seat, Staff, System, Wall
from facilitation.core.commands import Command, Entry
from facilitation.core.errors import Refused
from facilitation.core.prepared import Asked, Prepared
from facilitation.labs.models import Lab, LabCase

LEAD = frozenset({"coordinator", "organiser"})
FLOOR = LEAD | {"facilitator"}
NOTES = FLOOR | {"rapporteur"}
CASE = frozenset({"coordinator", "organiser", "case_owner"})
SEAT = frozenset({"seat"})
SPEAKERS = SEAT | NOTES | {"case_owner"}
ANYBODY = frozenset({"anybody"})
SIGNED_IN = frozenset({"staff"})
COORDINATOR = frozenset({"coordinator"})

COMMANDS: dict[str, frozenset[str]] = {
    # participants
    "contribution.post": SPEAKERS,
    "contribution.reply": SPEAKERS,
    "contribution.reword": SPEAKERS,
    "contribution.withdraw": SPEAKERS,
    "ballot.vote": SEAT,
    "ready.set": SEAT,
    "hand.set": SEAT,
    "evaluation.answer": SEAT,
    "seat.join": ANYBODY,
    "seat.update": SEAT,
    "seat.leave": SEAT,
    "fact.check": SEAT,
    # accounts
    "user.create": COORDINATOR,
    "user.link": COORDINATOR,
    "user.grant": COORDINATOR,
    "user.revoke": COORDINATOR,
    "user.disable": COORDINATOR,
    "user.enable": COORDINATOR,
    "user.follow_link": ANYBODY,
    "user.set_up": frozenset(),  # the set-up page, with the printed link
    "user.set_password": SIGNED_IN,
    "user.set_language": SIGNED_IN,
    # the plan
    "lab.create": LEAD,
    "lab.update": LEAD,
    "lab.copy": LEAD,
    "lab.set_cases": LEAD,
    "lab.set_staff": LEAD,
    "lab.new_code": FLOOR,
    "activity.add": LEAD | {"facilitator"},
    "activity.update": LEAD | {"facilitator"},
    "activity.remove": LEAD | {"facilitator"},
    "activity.move": LEAD | {"facilitator"},
    # running the lab
    "lab.open": FLOOR,
    "lab.pause": FLOOR,
    "lab.resume": FLOOR,
    "lab.close": FLOOR,
    "lab.finish": frozenset(),  # the server's own clock
    "lab.cut": frozenset(),
    "lab.reopen": LEAD,
    "lab.lock": FLOOR,
    "lab.announce": NOTES,
    "lab.approve_first": FLOOR,
    "wall.set": FLOOR,
    "activity.start": FLOOR,
    "activity.next": FLOOR,
    "activity.back": FLOOR,
    "activity.extend": FLOOR,
    "activity.pause": FLOOR,
    "activity.resume": FLOOR,
    "activity.reveal": FLOOR,
    "board.set": FLOOR,
    "case.present": FLOOR | {"case_owner"},
    # moderation
    "contribution.publish": FLOOR,
    "contribution.hide": FLOOR,
    "contribution.restore": FLOOR,
    "contribution.move": NOTES,
    "contribution.pin": FLOOR,
    "contribution.spotlight": FLOOR,
    "contribution.wall": FLOOR,
    "contribution.park": NOTES,
    "contribution.translate": NOTES,
    "contribution.erase": COORDINATOR,
    "contribution.ask": FLOOR,
    "contribution.note": NOTES,
    "seat.hide_all": FLOOR,
    "seat.remove": FLOOR,
    "hand.lower": NOTES,
    "moderation.undo": NOTES,
    "note.save": NOTES | {"case_owner"},
    "cluster.create": NOTES,
    "cluster.add": NOTES,
    "cluster.remove": NOTES,
    "cluster.rename": NOTES,
    "cluster.dissolve": NOTES,
    "ballot.open": FLOOR,
    "ballot.close": FLOOR,
    "ballot.reveal": FLOOR,
    # cases
    "case.create": LEAD,
    "case.import": LEAD,
    "case.delete": LEAD,
    "case.set_owner": LEAD,
    "case.set_status": CASE,
    "case.save_details": CASE,
    "case.save_section": CASE,
    "case.save_swot": CASE,
    "case.save_peers": CASE,
    "case.save_references": CASE,
    "case.add_aspect": CASE,
    "case.update_aspect": CASE,
    "case.move_aspect": CASE,
    "case.remove_aspect": CASE,
    "case.add_element": CASE,
    "case.update_element": CASE,
    "case.move_element": CASE,
    "case.remove_element": CASE,
    "case.add_suggestion": CASE,
    "case.update_suggestion": CASE,
    "case.move_suggestion": CASE,
    "case.remove_suggestion": CASE,
    "case.restore_item": CASE,
    "topic.add": COORDINATOR,
    # report and merge
    "report.write": NOTES,
    "report.set_state": FLOOR,
    "remark.add": ANYBODY,  # with the link
    "remark.answer": NOTES,
    "photo.add": NOTES,
    "photo.describe": NOTES,
    "photo.remove": NOTES,
    "merge.propose": NOTES | {"case_owner"},
    "merge.add": NOTES | {"case_owner"},
    "merge.accept": CASE,
    "merge.edit": CASE,
    "merge.reject": CASE,
    "merge.postpone": CASE,
    "merge.reopen": CASE,
}


#: Commands that sign somebody in, and how.
SIGN_INS = {"user.follow_link": "link", "user.set_up": "set_up"}
#: Commands the log has a line for, with their outcome: administration, and the life of a lab. All others are only counted.
LOGGED = frozenset(
    {
        "user.create", "user.link", "user.grant", "user.revoke", "user.disable", "user.enable", "user.set_password",
        "lab.set_staff", "lab.new_code", "contribution.erase", "topic.add", "report.set_state",
        "case.create", "case.import", "case.delete", "case.set_owner", "case.set_status",
        "lab.create", "lab.copy", "lab.open", "lab.pause", "lab.resume", "lab.close", "lab.finish", "lab.cut", "lab.reopen",
    }
)  # fmt: skip


_LOCKS = {
    kind: Prepared(select(model.id).where(model.id == bindparam("id")).with_for_update())
    for kind, model in (("lab", Lab), ("case", Case))
}


def scope_of(entry: Entry, command: Command, lab: str | None) -> str:
    """The id of the lab or case a command is about. The door's lab wins; naming another one is not found."""
    if entry.scope == "site":
        return ""
    named = getattr(command, entry.scope, None)
    if entry.scope == "case":
        return str(named or "")
    if lab is not None and named not in (None, lab):
        raise Refused("not_found")
    return str(lab or named or "")


def check(asked: Asked, name: str, actor: Actor, kind: str, scope: str) -> None:
    """Return when `actor` may do `name` on `scope`, else `Refused`. Locks the lab or case for this transaction."""
    if isinstance(actor, System):
        _lock(asked, kind, scope)
        return
    standing = standing_of(asked, actor, kind, scope, lock=True)
    if standing & COMMANDS.get(name, frozenset()):
        return
    if isinstance(actor, Nobody):
        raise Refused("unauthenticated")
    raise Refused("forbidden" if standing - {"anybody", "staff"} or kind == "site" else "not_found")


def standing_of(asked: Asked, actor: Actor, kind: str, scope: str, *, lock: bool = False) -> frozenset[str]:
    """What `actor` is to the lab, case or site `scope`; empty when they have nothing to do with it."""
    if kind == "site":
        return frozenset({"anybody"}) | _site_roles(actor)
    if lock and not _lock(asked, kind, scope):
        return frozenset()
    if kind == "case":
        return _case_standing(asked, actor, scope)
    return _lab_standing(asked, actor, scope)


def _lock(asked: Asked, kind: str, scope: str) -> bool:
    """Serialise with every other command on the same lab or case (on SQLite BEGIN IMMEDIATE did it already)."""
    if kind == "site":
        return True
    return _LOCKS[kind].first(asked, {"id": scope}) is not None


def _site_roles(actor: Actor) -> frozenset[str]:
    if not isinstance(actor, Staff):
        return frozenset()
    roles = {"organiser" if grant.role == "sector_lead" else grant.role for grant in actor.grants}
    return frozenset(roles | {"staff"})


def _lab_standing(asked: Asked, actor: Actor, lab: str) -> frozenset[str]:
    if isinstance(actor, Seat):
        return frozenset({"seat"}) if actor.lab == lab else frozenset()
    if isinstance(actor, Wall):
        return frozenset({"wall"}) if actor.lab == lab else frozenset()
    if not isinstance(actor, Staff):
        return frozenset()
    sector = asked.scalar(select(Lab.sector).where(Lab.id == lab))
    if sector is None:
        return frozenset()
    cases = set(asked.scalars(select(LabCase.case_id).where(LabCase.lab_id == lab)))
    return frozenset(role for grant in actor.grants if (role := _role_in(grant, sector, lab=lab, cases=cases)))


def _case_standing(asked: Asked, actor: Actor, case: str) -> frozenset[str]:
    if not isinstance(actor, Staff):
        return frozenset()
    sector = asked.scalar(select(Case.sector).where(Case.id == case))
    if sector is None:
        return frozenset()
    return frozenset(role for grant in actor.grants if (role := _role_in(grant, sector, cases={case})))


def _role_in(grant: Grant, sector: str, *, lab: str | None = None, cases: set[str]) -> str | None:
    match grant.role:
        case "coordinator":
            return "coordinator"
        case "sector_lead":
            return "organiser" if grant.sector == sector else "observer"
        case "case_owner":
            return "case_owner" if grant.case in cases else None
        case "facilitator" | "rapporteur":
            return grant.role if lab is not None and grant.lab == lab else None
        case "reviewer":
            return "reviewer" if grant.sector in (None, sector) else None
        case _:
            return None
