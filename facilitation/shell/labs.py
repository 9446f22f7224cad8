"""Labs: create one, rehearse one from a transcript, write its report."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from facilitation import address
from facilitation.cases.template import template
from facilitation.core.actor import SYSTEM
from facilitation.core.errors import Refused
from facilitation.core.i18n import _
from facilitation.core.unit_of_work import reading
from facilitation.extensions import db
from facilitation.labs.planning import LAB_KINDS
from facilitation.rehearsal.doors import COORDINATOR
from facilitation.rehearsal.outside import SocketDoor
from facilitation.rehearsal.performing import perform
from facilitation.rehearsal.player import Pace, Player
from facilitation.rehearsal.reading import read_transcript
from facilitation.rehearsal.script import Step
from facilitation.rehearsal.server import private_server
from facilitation.rehearsal.transcript import Transcript
from facilitation.reports.render import FORMATS, render
from facilitation.shell.answering import Answer, ShellError, answering, opened, settings, tell
from facilitation.shell.cases import read_file, write_file

SHIPPED = {"sample-lab": Path(__file__).resolve().parent.parent / "rehearsal" / "data" / "sample-lab.yaml"}
REHEARSER = f"{COORDINATOR}@rehearsal.example.org"


def _created(answer: Answer) -> str:
    return _("Lab %(lab)s is planned. Join code %(code)s, %(url)s", lab=answer["lab"], code=answer["code"], url=answer["join"])


@click.command("create-lab")
@click.option("--kind", type=click.Choice(LAB_KINDS), default="flagship_lab", show_default=True)
@click.option("--sector", required=True, type=click.Choice(template("en").ids("sectors")))
@click.option("--title", required=True)
@click.option("--cases", multiple=True, help="References with commas between them; may be repeated.")
@click.option("--language", type=click.Choice(["en", "de"]), default="en", show_default=True)
@click.option("--people", type=click.IntRange(1, 5000), default=40, show_default=True, help="How many are expected.")
@click.option("--rehearsal", is_flag=True, help="A rehearsal: nobody is slowed down.")
@click.option("--open", "opens", is_flag=True, help="Let people into the lobby at once.")
@answering(_created)
def create_lab(cases: tuple[str, ...], people: int, opens: bool, **plan: Any) -> Answer:
    """Plan a lab with the ready agenda of its kind; answers its id, its join code and the token of its wall."""
    named = [name.strip() for given in cases for name in given.split(",") if name.strip()]
    with opened() as app:
        extension = app.extensions["facilitation"]
        made = extension["dispatcher"].do("lab.create", SYSTEM, cases=named, expected_people=people, **plan)
        if opens:
            extension["dispatcher"].do("lab.open", SYSTEM, lab=made["lab"])
        return {**made, "join": f"{address.known(extension['settings'])}/join/{made['code']}"}


def _speed(_context: click.Context, _option: click.Parameter, value: str) -> float | None:
    if value == "max":
        return None
    try:
        speed = float(value)
    except ValueError:
        speed = 0.0
    if not 0 < speed <= 100_000:
        raise click.BadParameter("a number above 0, or max")
    return speed


def _rehearsed(answer: Answer) -> str:
    played = ", ".join(f"{name} {n}" for name, n in answer["played"].items())
    left = ", ".join(f"{name} {n}" for name, n in answer["not_played"].items())
    lines = [_("Lab %(lab)s, %(state)s after %(seconds)s s.", **{key: answer[key] for key in ("lab", "state", "seconds")})]
    lines.append(_("Played: %(what)s", what=played))
    return "\n".join([*lines, _("Without a meaning here: %(what)s", what=left)] if left else lines)


@click.command("rehearse")
@click.argument("file")
@click.option("--speed", default="max", show_default=True, callback=_speed, help="So many times faster than the clock, or max.")
@click.option("--until", type=int, help="Stop at this second of the transcript and leave the lab running.")
@click.option("--close", is_flag=True, help="Close the lab at the end where the transcript does not.")
@click.option("--url", help="A running server; without it one is started on the same data and ended afterwards.")
@click.option("--sign-in", "link", help="With --url on other data: a one-use sign-in link of a coordinator there.")
@click.option("--lab", help="Play into this lab, planned from the same transcript and not begun.")
@answering(_rehearsed)
def rehearse(
    file: str, speed: float | None, until: int | None, close: bool, url: str | None, link: str | None, lab: str | None
) -> Answer:
    """Play the transcript in a YAML FILE through the real doors, one connection per person. `sample-lab` is the shipped one."""
    transcript = read_transcript(read_file(file, SHIPPED), template("en"))
    if link is None:
        link = coordinator_link(transcript, needed=url is None)
    given: dict[str, Any] = {"lab": lab, "until": until, "close": close}
    if url is not None:
        return _play(transcript, url, link, Pace(speed), given)
    with private_server(settings()) as own:
        return _play(transcript, own, link, Pace(speed), given)


def coordinator_link(transcript: Transcript, *, needed: bool) -> str:
    """A one-use link for the rehearsal's own coordinator, made on this machine's data. Cases are looked for first."""
    with opened(create=needed) as app:
        dispatcher = app.extensions["facilitation"]["dispatcher"]
        try:
            dispatcher.do("user.create", SYSTEM, email=REHEARSER, name="Rehearsal", role="coordinator")
        except Refused as refusal:
            if refusal.code != "conflict":
                raise
        token: str = dispatcher.do("user.link", SYSTEM, email=REHEARSER)["token"]
    return f"/sign-in/{token}"


def _play(transcript: Transcript, url: str, link: str, pace: Pace, given: dict[str, Any]) -> Answer:
    door = SocketDoor(url, link)
    try:
        played = perform(Player(door, transcript, pace, told=_progress(transcript)), **given)
        return {**played, "connections": len(door.devices), "missed": door.missed}
    finally:
        door.close()


def _progress(transcript: Transcript) -> Any:
    titles = {item.id: item.title for item in transcript.agenda}

    def told(step: Step) -> None:
        if step.kind == "action" and step.item.do == "open_activity":
            name = step.item.details["activity"]
            tell(f"  {step.t // 60:4d}:{step.t % 60:02d}  {name}  {titles[name]}")

    return told


def _written(answer: Answer) -> str:
    return _("Report written to %(file)s (%(bytes)s bytes)", file=answer["file"], bytes=answer["bytes"])


@click.command("report")
@click.argument("lab")
@click.option("--format", "wanted", type=click.Choice(list(FORMATS)), default="docx", show_default=True)
@click.option("-o", "--output", required=True, help="The file to write.")
@answering(_written)
def report(lab: str, wanted: str, output: str) -> Answer:
    """Write the report of a closed LAB (its id or join code). Markdown with pictures is a zip archive."""
    with opened(create=False), reading(db.engine) as session:
        try:
            content = render(session, lab, wanted)
        except Refused as refusal:
            if refusal.code == "not_found":
                raise ShellError(_("There is no lab %(lab)s.", lab=lab)) from None
            raise
    _media, ending = FORMATS[wanted].of(content)
    if ending.endswith(".md.zip") and not output.endswith(".zip"):
        raise ShellError(_("With its pictures this becomes an archive: name a file that ends in .zip with -o."))
    write_file(output, content)
    return {"lab": lab, "format": wanted, "file": output, "bytes": len(content)}
