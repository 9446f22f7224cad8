"""Clusters: several helpers at once, every act with its inverse (R-72)."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field
from sqlalchemy import func, select

from facilitation.boards.log import note_act
from facilitation.boards.models import Ballot, Cluster, Contribution
from facilitation.boards.notice import cluster_changed
from facilitation.boards.posting import board_of
from facilitation.core.commands import Command, Context, Id, command, handles
from facilitation.core.errors import Refused
from facilitation.core.i18n import _
from facilitation.core.ids import new_id
from facilitation.core.text import Line
from facilitation.labs.models import Lab

Contributions = Annotated[list[Id], Field(min_length=1, max_length=200)]


@command("cluster.create", scope="lab")
class CreateCluster(Command):
    """Group contributions of one board under a title."""

    board: Id
    title: Annotated[str, Line(120)]
    contributions: Contributions


@command("cluster.add", scope="lab")
class AddToCluster(Command):
    """Put contributions into a cluster; they leave the one they were in."""

    cluster: Id
    contributions: Contributions


@command("cluster.remove", scope="lab")
class RemoveFromCluster(Command):
    """Take contributions out of a cluster."""

    cluster: Id
    contributions: Contributions


@command("cluster.rename", scope="lab")
class RenameCluster(Command):
    """Give a cluster another title; `version` as seen, so that two helpers do not overwrite each other (D11)."""

    cluster: Id
    title: Annotated[str, Line(120)]
    version: int | None = None


@command("cluster.dissolve", scope="lab")
class DissolveCluster(Command):
    """Let the contributions go again."""

    cluster: Id


@handles(CreateCluster)
def create(cmd: CreateCluster, ctx: Context) -> dict[str, Any]:
    board = board_of(ctx, cmd.board)
    _not_closed(ctx)
    members = _contributions(ctx, board.id, cmd.contributions)
    last = ctx.session.scalar(select(func.max(Cluster.number)).where(Cluster.lab_id == ctx.scope))
    cluster = Cluster(
        id=new_id(), lab_id=ctx.scope, board_id=board.id, number=int(last or 0) + 1, title=cmd.title,
        column=members[0].column,
    )  # fmt: skip
    ctx.session.add(cluster)
    ctx.session.flush()
    before = put(ctx, members, cluster.id)
    act = note_act(ctx, "cluster_create", "cluster", cluster.id, before={"in": before}, after={"in": ids_of(members, cluster.id)})
    return {"id": cluster.id, "version": cluster.version, "act": act}


@handles(AddToCluster)
def add(cmd: AddToCluster, ctx: Context) -> dict[str, Any]:
    cluster = cluster_of(ctx, cmd.cluster)
    members = [item for item in _contributions(ctx, cluster.board_id, cmd.contributions) if item.cluster_id != cluster.id]
    if not members:
        return {"id": cluster.id, "version": cluster.version, "act": None}
    before = put(ctx, members, cluster.id)
    act = note_act(ctx, "cluster_add", "cluster", cluster.id, before={"in": before}, after={"in": ids_of(members, cluster.id)})
    return {"id": cluster.id, "version": cluster.version, "act": act}


@handles(RemoveFromCluster)
def remove(cmd: RemoveFromCluster, ctx: Context) -> dict[str, Any]:
    cluster = cluster_of(ctx, cmd.cluster)
    wanted = _contributions(ctx, cluster.board_id, cmd.contributions)
    members = [item for item in wanted if item.cluster_id == cluster.id]
    if not members:
        return {"id": cluster.id, "version": cluster.version, "act": None}
    before = put(ctx, members, None)
    act = note_act(ctx, "cluster_remove", "cluster", cluster.id, before={"in": before}, after={"in": ids_of(members, None)})
    return {"id": cluster.id, "version": cluster.version, "act": act}


@handles(RenameCluster)
def rename(cmd: RenameCluster, ctx: Context) -> dict[str, Any]:
    cluster = cluster_of(ctx, cmd.cluster)
    if cluster.title == cmd.title:
        return {"id": cluster.id, "version": cluster.version, "act": None}
    if cmd.version is not None and cmd.version != cluster.version:
        theirs = {"title": cluster.title, "version": cluster.version}
        raise Refused("conflict", data={"mine": {"title": cmd.title}, "theirs": theirs})
    cluster.former_titles, cluster.title = [*cluster.former_titles, cluster.title], cmd.title
    cluster.version += 1
    cluster_changed(ctx.work, cluster)
    act = note_act(ctx, "cluster_rename", "cluster", cluster.id, before={}, after={"renames": len(cluster.former_titles)})
    return {"id": cluster.id, "version": cluster.version, "act": act}


@handles(DissolveCluster)
def dissolve(cmd: DissolveCluster, ctx: Context) -> dict[str, Any]:
    cluster = cluster_of(ctx, cmd.cluster)
    members = list(ctx.session.scalars(select(Contribution).where(Contribution.cluster_id == cluster.id)))
    before = put(ctx, members, None)
    cluster.dissolved = True
    cluster.version += 1
    cluster_changed(ctx.work, cluster)
    act = note_act(
        ctx, "cluster_dissolve", "cluster", cluster.id, before={"in": before, "dissolved": False},
        after={"in": ids_of(members, None), "dissolved": True},
    )  # fmt: skip
    return {"id": cluster.id, "act": act}


def cluster_of(ctx: Context, id_: str) -> Cluster:
    """The lab's cluster that is not dissolved, or `not_found` / `gone`."""
    _not_closed(ctx)
    cluster = ctx.session.get(Cluster, id_)
    if cluster is None or cluster.lab_id != ctx.scope:
        raise Refused("not_found")
    if cluster.dissolved:
        raise Refused("gone", _("This cluster was dissolved."))
    return cluster


def _not_closed(ctx: Context) -> None:
    if ctx.session.get_one(Lab, ctx.scope).state == "closed":
        raise Refused("closed", _("This lab is closed."))


def _contributions(ctx: Context, board: str, ids: list[str]) -> list[Contribution]:
    wanted = list(dict.fromkeys(ids))
    found = {
        item.id: item
        for item in ctx.session.scalars(
            select(Contribution).where(
                Contribution.id.in_(wanted), Contribution.board_id == board, Contribution.parent_id.is_(None)
            )
        )
    }
    if len(found) != len(wanted):
        raise Refused("not_found", _("A cluster holds contributions of one board."))
    return [found[id_] for id_ in wanted]


def put(ctx: Context, members: list[Contribution], cluster: str | None) -> dict[str, str | None]:
    """Move contributions into `cluster` (or out, None), after those already there. Returns where each one was.

    A cluster on an open ballot keeps its contributions: votes would change their meaning.
    """
    before = ids_of(members, ...)
    involved = {id_ for id_ in [*before.values(), cluster] if id_ is not None}
    _not_on_open_ballot(ctx, involved)
    place = 0
    if cluster is not None:
        last = select(func.max(Contribution.cluster_place)).where(Contribution.cluster_id == cluster)
        place = int(ctx.session.scalar(last) or 0)
    for item in members:
        place += 1
        item.cluster_id, item.cluster_place = cluster, place if cluster else 0
    ctx.session.flush()
    for id_ in sorted(involved):
        row = ctx.session.get_one(Cluster, id_)
        row.version += 1
        cluster_changed(ctx.work, row, *members)
    return before


def ids_of(members: list[Contribution], cluster: Any) -> dict[str, str | None]:
    return {item.id: item.cluster_id if cluster is ... else cluster for item in members}


def _not_on_open_ballot(ctx: Context, clusters: set[str]) -> None:
    ballots = ctx.session.scalars(select(Ballot).where(Ballot.lab_id == ctx.scope, Ballot.state == "open"))
    if any(clusters & set(ballot.items) for ballot in ballots):
        raise Refused("bad_state", _("People are voting on this. It can be changed when the ballot is closed."))
