"""One lab in which every command about a lab is carried out at least once, in a sensible order.

Each step is (who, command, arguments); arguments may be a function of the story so far. Three general tests walk it: the
law of the stream, both doors, and nobody but the right roles.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.cast import Cast


@dataclass
class Story:
    """What happened so far: ids by name."""

    cast: Cast
    said: dict[str, Any] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Any:
        return self.said[name]


Args = dict[str, Any] | Callable[[Story], dict[str, Any]]
Step = tuple[str, str, Args, str]  # who, command, arguments, name of the answer ("" when nobody needs it)


def _swot(story: Story) -> str:
    return story.cast.board("swot", case=story.cast.case)


STEPS: list[Step] = [
    ("mara", "lab.update", {"version": 1, "title": "Lab one, renamed"}, ""),
    ("anna", "activity.add", {"kind": "questions", "stage": "context", "title": "More questions"}, "extra"),
    ("anna", "activity.update", lambda s: {"activity": s["extra"]["activity"], "title": "Even more questions"}, ""),
    ("anna", "activity.move", lambda s: {"activity": s["extra"]["activity"]}, ""),
    ("anna", "activity.remove", lambda s: {"activity": s["extra"]["activity"]}, ""),
    ("mara", "lab.set_cases", lambda s: {"cases": [s.cast.other_case, s.cast.case]}, ""),
    ("mara", "lab.set_staff", {"email": "omar@example.org", "role": "rapporteur"}, ""),
    ("mara", "lab.set_staff", {"email": "omar@example.org", "role": ""}, ""),
    ("anna", "lab.new_code", {}, ""),
    ("anna", "wall.set", {"join": True}, ""),
    ("anna", "wall.set", {"join": False, "frozen": False}, ""),
    ("anna", "activity.next", {}, ""),
    ("anna", "activity.next", {}, ""),
    ("anna", "activity.back", {}, ""),
    ("anna", "case.present", lambda s: {"case": s.cast.case, "section": "2.1"}, ""),
    ("ben", "fact.check", lambda s: {"case": s.cast.case, "section": "2.1", "verdict": "wrong", "text": "It was 2020"}, ""),
    ("anna", "activity.start", lambda s: {"activity": s.cast.activity("swot")}, ""),
    ("ben", "contribution.post", lambda s: {"board": _swot(s), "column": "S", "text": "Buyer knows the mine"}, "c1"),
    ("chloe", "contribution.post", lambda s: {"board": _swot(s), "column": "S", "text": "Outside audit"}, "c2"),
    ("ben", "contribution.post", lambda s: {"board": _swot(s), "column": "W", "text": "Too expensive"}, "c3"),
    ("ben", "contribution.reword", lambda s: {"id": s["c1"]["id"], "text": "The buyer knows the mine", "version": 1}, ""),
    ("anna", "contribution.hide", lambda s: {"id": s["c2"]["id"], "reason": "names a company"}, "hidden"),
    ("anna", "contribution.restore", lambda s: {"id": s["c2"]["id"]}, ""),
    ("anna", "activity.reveal", {}, ""),
    ("chloe", "contribution.reply", lambda s: {"id": s["c1"]["id"], "kind": "agree", "text": "Same for us"}, "r1"),
    ("ben", "contribution.reply", lambda s: {"id": s["c2"]["id"], "kind": "question", "text": "Which one?"}, "r2"),
    ("anna", "contribution.hide", lambda s: {"id": s["c1"]["id"], "reason": "for a moment"}, "again"),
    ("anna", "moderation.undo", lambda s: {"action": s["again"]["act"]}, ""),
    ("anna", "contribution.ask", lambda s: {"id": s["c3"]["id"], "text": "Please say what exactly"}, ""),
    ("ben", "contribution.reword", lambda s: {"id": s["c3"]["id"], "text": "The audit is too expensive", "version": 2}, ""),
    ("anna", "contribution.publish", lambda s: {"id": s["c3"]["id"]}, ""),
    ("anna", "contribution.move", lambda s: {"id": s["c3"]["id"], "column": "T"}, "moved"),
    ("anna", "moderation.undo", lambda s: {"action": s["moved"]["act"]}, ""),
    ("anna", "contribution.pin", lambda s: {"id": s["c1"]["id"]}, ""),
    ("anna", "contribution.wall", lambda s: {"id": s["c2"]["id"], "on": False}, ""),
    ("anna", "contribution.spotlight", lambda s: {"id": s["c1"]["id"]}, ""),
    ("anna", "contribution.hide", lambda s: {"id": s["c1"]["id"]}, ""),
    ("anna", "contribution.restore", lambda s: {"id": s["c1"]["id"]}, ""),
    ("rita", "contribution.park", lambda s: {"id": s["c3"]["id"], "owner": "Anna", "next_step": "Ask"}, ""),
    ("rita", "contribution.translate", lambda s: {"id": s["c3"]["id"], "lang": "de", "translation": "Zu teuer"}, ""),
    ("rita", "contribution.note", lambda s: {"board": _swot(s), "column": "O", "text": "Banks could help", "tier": "2"}, "n1"),
    ("rita", "cluster.create", lambda s: {"board": _swot(s), "title": "Known origin", "contributions": [s["c1"]["id"]]}, "k1"),
    ("anna", "cluster.add", lambda s: {"cluster": s["k1"]["id"], "contributions": [s["c2"]["id"], s["c3"]["id"]]}, ""),
    ("anna", "cluster.remove", lambda s: {"cluster": s["k1"]["id"], "contributions": [s["c3"]["id"]]}, ""),
    ("anna", "cluster.rename", lambda s: {"cluster": s["k1"]["id"], "title": "Known origin and leverage"}, ""),
    ("anna", "cluster.create", lambda s: {"board": _swot(s), "title": "Cost", "contributions": [s["c3"]["id"]]}, "k2"),
    ("anna", "cluster.dissolve", lambda s: {"cluster": s["k2"]["id"]}, "gone"),
    ("anna", "moderation.undo", lambda s: {"action": s["gone"]["act"]}, ""),
    ("anna", "contribution.hide", lambda s: {"id": s["c2"]["id"]}, ""),
    ("anna", "contribution.restore", lambda s: {"id": s["c2"]["id"]}, ""),
    ("anna", "ballot.open", lambda s: {"ballot": s.cast.ballot("swot")}, "v1"),
    ("ben", "ballot.vote", lambda s: {"ballot": s["v1"]["ballot"], "dots": {s["k1"]["id"]: 2}}, ""),
    ("chloe", "ballot.vote", lambda s: {"ballot": s["v1"]["ballot"], "dots": {s["k2"]["id"]: 1}}, ""),
    ("anna", "ballot.close", lambda s: {"ballot": s["v1"]["ballot"]}, ""),
    ("anna", "ballot.reveal", lambda s: {"ballot": s["v1"]["ballot"]}, ""),
    ("ben", "seat.update", {"tier": "3", "attribution": 0}, ""),
    ("chloe", "contribution.withdraw", lambda s: {"id": s["c2"]["id"]}, ""),
    ("anna", "activity.extend", {"seconds": 60}, ""),
    ("anna", "activity.pause", {}, ""),
    ("anna", "activity.resume", {}, ""),
    ("anna", "board.set", lambda s: {"board": _swot(s), "moderated": True}, ""),
    ("ben", "contribution.post", lambda s: {"board": _swot(s), "column": "T", "text": "Waiting for a look"}, "c4"),
    ("anna", "contribution.publish", lambda s: {"id": s["c4"]["id"]}, ""),
    ("anna", "seat.hide_all", lambda s: {"id": s["c4"]["id"], "reason": "flood"}, "flood"),
    ("anna", "moderation.undo", lambda s: {"action": s["flood"]["act"]}, ""),
    ("ben", "ready.set", lambda s: {"activity": s.cast.activity("swot")}, ""),
    ("ben", "hand.set", {"raised": True}, ""),
    ("rita", "hand.lower", {}, ""),
    ("rita", "lab.announce", {"text": "Five minutes left"}, ""),
    ("anna", "lab.approve_first", {"on": True}, ""),
    ("anna", "lab.lock", {"locked": True}, ""),
    ("rita", "note.save", {"text": "Remember the levy"}, ""),
    ("anna", "lab.pause", {}, ""),
    ("anna", "lab.resume", {}, ""),
    ("anna", "activity.start", lambda s: {"activity": s.cast.activity("evaluation")}, ""),
    ("ben", "evaluation.answer", {"answers": {"useful": 4, "will_transfer": "yes", "comment": "Good"}}, ""),
    ("mara", "lab.copy", {"title": "Next year"}, ""),
    ("chloe", "ready.set", lambda s: {"activity": s.cast.activity("evaluation")}, ""),
    ("chloe", "hand.set", {"raised": True}, ""),
    ("chloe", "seat.leave", {}, ""),
    ("anna", "seat.remove", lambda s: {"contribution": s["c4"]["id"]}, ""),
    ("anna", "lab.close", {"grace_s": 0}, ""),
    ("mara", "lab.reopen", {}, ""),
    ("anna", "lab.close", {"grace_s": 0}, ""),
    ("rita", "report.write", {"part": "purpose", "text": "Why we met"}, ""),
    ("rita", "merge.propose", {}, ""),
    ("anna", "merge.add", lambda s: {"case": s.cast.case, "op": "add_element", "target": "A1", "text": "Banks could help"}, "m1"),
    ("omar", "merge.postpone", lambda s: {"case": s.cast.case, "proposal": s["m1"]["proposal"], "version": 1}, ""),
    ("omar", "merge.accept", lambda s: {"case": s.cast.case, "proposal": s["m1"]["proposal"], "version": 2}, ""),
    ("omar", "merge.reopen", lambda s: {"case": s.cast.case, "proposal": s["m1"]["proposal"], "version": 3}, ""),
    ("omar", "merge.edit", lambda s: {"case": s.cast.case, "proposal": s["m1"]["proposal"], "version": 4, "text": "Banks"}, ""),
    ("omar", "merge.reopen", lambda s: {"case": s.cast.case, "proposal": s["m1"]["proposal"], "version": 5}, ""),
    ("omar", "merge.reject", lambda s: {"case": s.cast.case, "proposal": s["m1"]["proposal"], "version": 6, "reason": "no"}, ""),
    ("anna", "report.set_state", {"state": "remarks"}, ""),
    ("olga", "contribution.erase", lambda s: {"ids": [s["c4"]["id"]]}, ""),
    ("system", "lab.finish", {}, ""),
    ("system", "lab.cut", {}, ""),
]  # fmt: skip


def walk(cast: Cast, carry_out: Callable[[str, str, dict[str, Any]], dict[str, Any]]) -> Iterator[tuple[Step, dict[str, Any]]]:
    """Carry every step out by `carry_out(who, command, args) -> answer`; each must succeed."""
    story = Story(cast)
    for step in STEPS:
        who, name, args, remembered = step
        answer = carry_out(who, name, args(story) if callable(args) else args)
        assert answer["ok"], (step[:2], answer)
        if remembered:
            story.said[remembered] = answer["result"]
        yield step, answer
