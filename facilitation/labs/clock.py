"""The lab of a command, and the clock of an activity: it stands and goes on."""

from __future__ import annotations

from datetime import timedelta

from facilitation.core.commands import Context
from facilitation.labs import rules
from facilitation.labs.models import Activity, Lab
from facilitation.stream.record import touch


def lab_of(ctx: Context) -> Lab:
    return ctx.session.get_one(Lab, ctx.scope)


def stop_clock(ctx: Context, activity: Activity) -> None:
    if activity.state == "running":
        activity.state = "paused"
        activity.left_seconds, activity.ends_at = rules.seconds_left(activity.ends_at, ctx.now), None
        touch(ctx.work, ctx.scope, "activity", activity.id)


def start_clock(ctx: Context, activity: Activity) -> None:
    if activity.state == "paused":
        activity.state = "running"
        if activity.left_seconds is not None:
            activity.ends_at = ctx.now + timedelta(seconds=activity.left_seconds)
        activity.left_seconds = None
        touch(ctx.work, ctx.scope, "activity", activity.id)
