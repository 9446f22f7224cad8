"""What is there: labs and accounts, for the owner of the machine."""

from __future__ import annotations

from typing import Any

import click
from sqlalchemy import func, select

from facilitation.core.unit_of_work import reading
from facilitation.extensions import db
from facilitation.labs.models import Lab
from facilitation.labs.planning import code_of
from facilitation.people.models import Assignment, Seat, User
from facilitation.shell.answering import Answer, answering, opened


def _labs(answer: Answer) -> str:
    rows = [f"{lab['lab']}  {lab['state']:8} {lab['code']}  {lab['people']:4}  {lab['title']}" for lab in answer["labs"]]
    return "\n".join(rows) or "There is no lab."


@click.command("list-labs")
@click.option("--state", type=click.Choice(["draft", "lobby", "live", "paused", "closing", "closed"]), help="Only those.")
@answering(_labs)
def list_labs(state: str | None) -> Answer:
    """List the labs, the newest first: id, state, join code, people, title."""
    with opened(create=False) as app, reading(db.engine) as session:
        settings = app.extensions["facilitation"]["settings"]
        counted = select(Seat.lab_id, func.count()).where(Seat.removed_at.is_(None)).group_by(Seat.lab_id)
        people = {lab: n for lab, n in session.execute(counted)}
        wanted = select(Lab).order_by(Lab.created_at.desc())
        rows = session.scalars(wanted.where(Lab.state == state) if state else wanted).all()
        return {
            "labs": [
                {
                    "lab": lab.id, "state": lab.state, "kind": lab.kind, "sector": lab.sector, "title": lab.title,
                    "planned_start": lab.planned_start, "rehearsal": lab.rehearsal, "code": code_of(settings, lab),
                    "people": people.get(lab.id, 0), "created": lab.created_at.isoformat(timespec="seconds"),
                }
                for lab in rows
            ]
        }  # fmt: skip


def _users(answer: Answer) -> str:
    return "\n".join(map(_user, answer["users"])) or "There is no account."


def _user(user: dict[str, Any]) -> str:
    roles = ", ".join(map(_role, user["roles"])) or "no role"
    return f"{user['email']}  {user['name']}  {roles}{'' if user['active'] else '  disabled'}"


def _role(role: dict[str, str]) -> str:
    where = [f"{kind} {role[kind]}" for kind in ("sector", "lab", "case") if kind in role]
    return f"{role['role']} ({', '.join(where)})" if where else role["role"]


@click.command("list-users")
@answering(_users)
def list_users() -> Answer:
    """List the accounts of the staff with their roles."""
    with opened(create=False), reading(db.engine) as session:
        roles: dict[str, list[dict[str, str]]] = {}
        for one in session.scalars(select(Assignment)):
            places = {"sector": one.sector, "lab": one.lab_id, "case": one.case_id}
            roles.setdefault(one.user_id, []).append({"role": one.role, **{kind: id_ for kind, id_ in places.items() if id_}})
        return {
            "users": [
                {
                    "email": user.email, "name": user.name, "active": user.disabled_at is None,
                    "password": user.password_hash is not None, "language": user.language, "roles": roles.get(user.id, []),
                }
                for user in session.scalars(select(User).order_by(User.email))
            ]
        }  # fmt: skip
