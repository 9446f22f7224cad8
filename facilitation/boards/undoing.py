"""Undo: every moderation act has an inverse, and both are in the log (D10)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from facilitation.boards.clustering import put
from facilitation.boards.log import note_act
from facilitation.boards.models import Cluster, Contribution
from facilitation.boards.moderation import change_status
from facilitation.boards.notice import cluster_changed, contribution_changed, in_room
from facilitation.core.commands import Command, Context, Id, command, handles
from facilitation.core.errors import Refused
from facilitation.core.i18n import _
from facilitation.labs.models import Lab, ModerationAct
from facilitation.stream.record import STAFF, touch


@command("moderation.undo", scope="lab")
class Undo(Command):
    """Take one act back, whoever did it. An act whose object changed since is refused: nothing is undone by surprise."""

    action: Id


@handles(Undo)
def undo(cmd: Undo, ctx: Context) -> dict[str, Any]:
    act = ctx.session.get(ModerationAct, cmd.action)
    if act is None or act.lab_id != ctx.scope:
        raise Refused("not_found")
    if act.undone_by is not None:
        return {"id": act.id, "act": act.undone_by}
    INVERSES[act.act](ctx, act)
    inverse = note_act(ctx, "undo", act.entity, act.entity_id, before=act.after, after=act.before)
    act.undone_by = inverse
    ctx.session.get_one(ModerationAct, inverse).before = {"undoes": act.id}
    touch(ctx.work, ctx.scope, "act", act.id, to=(STAFF,))
    return {"id": act.id, "act": inverse}


def _changed_since() -> Refused:
    return Refused("conflict", _("This was changed again since. Please look at it first."))


def _status_back(ctx: Context, act: ModerationAct) -> None:
    contribution = ctx.session.get_one(Contribution, act.entity_id)
    if contribution.status != act.after["status"]:
        raise _changed_since()
    change_status(ctx, contribution, act.before["status"])


def _statuses_back(ctx: Context, act: ModerationAct) -> None:
    for id_, status in act.before["statuses"].items():
        contribution = ctx.session.get_one(Contribution, id_)
        if contribution.status == "hidden":
            change_status(ctx, contribution, status)


def _fields_back(ctx: Context, act: ModerationAct) -> None:
    contribution = ctx.session.get_one(Contribution, act.entity_id)
    if any(getattr(contribution, name) != value for name, value in act.after.items()):
        raise _changed_since()
    was = in_room(ctx.work, contribution)
    for name, value in act.before.items():
        setattr(contribution, name, value)
    contribution_changed(ctx.work, contribution, was_in_room=was)


def _lab_back(ctx: Context, act: ModerationAct) -> None:
    lab = ctx.session.get_one(Lab, ctx.scope)
    if any(getattr(lab, name) != value for name, value in act.after.items()):
        raise _changed_since()
    for name, value in act.before.items():
        setattr(lab, name, value)
    touch(ctx.work, lab.id, "lab", lab.id)


def _unpark(ctx: Context, act: ModerationAct) -> None:
    contribution = ctx.session.get_one(Contribution, act.entity_id)
    if not act.before["parked"]:
        contribution.parked_owner = contribution.parked_step = contribution.parked_date = None
    contribution_changed(ctx.work, contribution, was_in_room=in_room(ctx.work, contribution))


def _places_back(ctx: Context, act: ModerationAct) -> None:
    """Every contribution goes back to where it was, if it is still where the act put it."""
    members = {id_: ctx.session.get_one(Contribution, id_) for id_ in act.before["in"]}
    if any(members[id_].cluster_id != cluster for id_, cluster in act.after["in"].items()):
        raise _changed_since()
    cluster = ctx.session.get_one(Cluster, act.entity_id)
    if act.act == "cluster_dissolve":
        cluster.dissolved = False
    for place in dict.fromkeys(act.before["in"].values()):
        put(ctx, [members[id_] for id_, where in act.before["in"].items() if where == place], place)
    if act.act == "cluster_create":
        cluster.dissolved = True
    cluster_changed(ctx.work, cluster)


def _title_back(ctx: Context, act: ModerationAct) -> None:
    cluster = ctx.session.get_one(Cluster, act.entity_id)
    if len(cluster.former_titles) != act.after["renames"]:
        raise _changed_since()
    *cluster.former_titles, cluster.title = cluster.former_titles
    cluster.version += 1
    cluster_changed(ctx.work, cluster)


def _nothing_back(ctx: Context, act: ModerationAct) -> None:
    """The undo of an undo: carry the first act out again is a new act, not an inverse."""
    raise Refused("bad_state", _("This was an undo. Please repeat the act itself."))


INVERSES: dict[str, Callable[[Context, ModerationAct], None]] = {
    "publish": _status_back,
    "hide": _status_back,
    "restore": _status_back,
    "ask": _status_back,
    "hide_all": _statuses_back,
    "move": _fields_back,
    "pin": _fields_back,
    "wall": _fields_back,
    "spotlight": _lab_back,
    "lock": _lab_back,
    "approve_first": _lab_back,
    "wall_set": _lab_back,
    "park": _unpark,
    "cluster_create": _places_back,
    "cluster_add": _places_back,
    "cluster_remove": _places_back,
    "cluster_dissolve": _places_back,
    "cluster_rename": _title_back,
    "undo": _nothing_back,
}
