"""A transcript from a YAML file in the shape of data/sample-lab.yaml. All of it is right, or `FileError` says which line.

Two passes: first every item is read on its own, then what refers to others is looked up. Keys nobody plays are left alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from typing import Any

from facilitation.cases import marked
from facilitation.cases.marked import FileError, Marked
from facilitation.cases.template import Template
from facilitation.core.i18n import _
from facilitation.labs.planning import LAB_KINDS
from facilitation.rehearsal import checks, words
from facilitation.rehearsal.plain import known, lines, listed, number, one_of, optional_number, reference, text
from facilitation.rehearsal.transcript import (
    Action,
    AgendaItem,
    Answers,
    BallotItem,
    ClusterItem,
    Decision,
    Meta,
    Person,
    Post,
    ReplyItem,
    StaffMember,
    Transcript,
    VoteItem,
)

TIERS = ("1", "2", "3", "other")
REPLIES = ("question", "build", "agree", "disagree", "answer", "experience", "solution")
DEGREES = ("as_is", "with_adaptation", "similar_context_only", "not_transferable", "unknown")
OPS = ("add_element", "add_suggestion", "extend_section")
DECISIONS = ("accepted", "edited", "rejected", "pending")
LANGUAGES = ("en", "de")
ANSWERS = ("useful", "heard", "learned", "will_transfer", "best_method", "comment")


def read_transcript(source: str, template: Template) -> Transcript:
    """The transcript in `source`, checked against itself and the vocabularies. Raises `FileError`."""
    root = marked.read(source)
    if not isinstance(root.value, dict):
        raise FileError(_("This is not the transcript of a lab."), line=root.line)
    transcript = _Reader(root, template).transcript()
    checks.check(transcript)
    return transcript


class _Reader:
    def __init__(self, root: Marked, template: Template) -> None:
        self.root, self.template = root, template
        self.ids: dict[str, set[str]] = {"cases": set(self._cases())}
        for name in ("staff", "agenda", "participants", "contributions", "replies", "clusters", "ballots", "merge_proposals"):
            self.ids[name] = _names(root.get(name))

    def transcript(self) -> Transcript:
        root = self.root
        return Transcript(
            meta=self._meta(root.need("meta")),
            staff=tuple(self._staff(node) for node in root.need("staff").items()),
            agenda=tuple(self._agenda(node) for node in root.need("agenda").items()),
            people=tuple(self._person(node) for node in root.need("participants").items()),
            posts=tuple(self._post(node) for node in root.get("contributions").items()),
            replies=tuple(self._reply(node) for node in root.get("replies").items()),
            clusters=tuple(self._cluster(node) for node in root.get("clusters").items()),
            ballots=tuple(self._ballot(node) for node in root.get("ballots").items()),
            actions=tuple(self._action(node) for node in root.get("facilitator_actions").items()),
            answers=tuple(self._answers(node) for node in root.get("evaluation").get("answers").items()),
            decisions=tuple(self._decision(node) for node in root.get("merge_proposals").items()),
            expected=root.get("expected").typed() or {},
        )

    # ---- who, what, when

    def _cases(self) -> list[str]:
        return [node.text() for node in self.root.need("meta").need("cases").items()]

    def _meta(self, node: Marked) -> Meta:
        rules, focus = node.get("rules"), node.get("focus")
        spoken = [language.text() for language in node.get("languages").items()]
        return Meta(
            title=text(node.need("title"), 300),
            kind=one_of(node.need("kind"), LAB_KINDS),
            sector=one_of(node.need("sector"), self.template.ids("sectors")),
            mode=one_of(node.get("mode"), ("physical", "online", "hybrid")) if node.get("mode").value else "hybrid",
            language=next((language for language in spoken if language in LANGUAGES), "en"),
            planned_start=text(node.get("planned_start"), 40),
            seconds=optional_number(node.get("length_seconds")) or 0,
            cases=tuple(self._cases()),
            focus={key: lines(child) for key, child in focus.mapping().items()},
            chatham_house=rules.get("chatham_house").flag(),
            ceiling=_within(rules.get("attribution_ceiling"), 0, 4, 1),
            minimum_cell=_within(rules.get("minimum_cell"), 2, 20, 3),
            max_length=_within(rules.get("card_max_length"), 20, 2000, 140),
        )

    def _staff(self, node: Marked) -> StaffMember:
        case = node.get("case")
        role = one_of(node.need("role"), words.ROLES)
        if role == "case_elaborator":
            reference(node.need("case"), self.ids["cases"])
        return StaffMember(**_item(node), role=role, task=text(node.get("task"), 100), case=case.text() or None)

    def _agenda(self, node: Marked) -> AgendaItem:
        return AgendaItem(
            **_item(node),
            stage=words.STAGES[one_of(node.get("stage"), words.STAGES)],
            kind=one_of(node.need("kind"), words.AGENDA),
            title=text(node.need("title"), 300),
            start=number(node.need("start")),
            end=number(node.need("end")),
        )

    def _person(self, node: Marked) -> Person:
        gaps = [tuple(number(moment) for moment in gap.items()) for gap in node.get("reconnects").items()]
        if any(len(gap) != 2 or gap[0] > gap[1] for gap in gaps):
            node.get("reconnects").fail(_("Pairs of seconds are expected here: lost, back."))
        stage = node.get("stage")
        return Person(
            **_item(node),
            name=text(node.need("name"), 120),
            tier=one_of(node.need("tier"), TIERS),
            organisation=text(node.get("organisation"), 160),
            stage=one_of(stage, self.template.ids("value_chain_stages")) if stage.value else "",
            attribution=_within(node.get("attribution"), 0, 4, 1),
            joined=number(node.need("joined")),
            left=optional_number(node.get("left")),
            offline=tuple((gap[0], gap[1]) for gap in gaps),
        )

    # ---- what people wrote

    def _post(self, node: Marked) -> Post:
        kind = one_of(node.need("kind"), words.BOARDS)
        on_board = kind in {"swot", "transferability"}
        case = node.need("case") if on_board else node.get("case")
        quadrant = one_of(node.need("quadrant"), ("S", "W", "O", "T")) if kind == "swot" else ""
        aspect, element = _target(node.get("target"))
        degree = node.get("degree")
        return Post(
            **_item(node), **self._lab_place(node, case), kind=kind, quadrant=quadrant, aspect=aspect, element=element,
            text=text(node.need("text"), 2000), degree=one_of(degree, DEGREES) if degree.value else "",
            needs=text(node.get("needs"), 280), lang=text(node.get("lang"), 3), translation=text(node.get("translation"), 2000),
            on_behalf_of=tuple(reference(person, self.ids["participants"]) for person in node.get("on_behalf_of").items()),
            composed_at=optional_number(node.get("composed_at")), reworded_at=_reworded(node.get("revisions")),
            builds_on=reference(node.get("builds_on"), self.ids["contributions"]) if node.get("builds_on").value else "",
        )  # fmt: skip

    def _lab_place(self, node: Marked, case: Marked) -> dict[str, Any]:
        return {
            "t": number(node.need("t")),
            "author": reference(node.need("author"), self.ids["participants"]),
            "activity": reference(node.need("activity"), self.ids["agenda"]),
            "case": reference(case, self.ids["cases"]) if case.value else None,
        }

    def _reply(self, node: Marked) -> ReplyItem:
        return ReplyItem(
            **_item(node),
            t=number(node.need("t")),
            parent=reference(node.need("parent"), self.ids["contributions"]),
            kind=one_of(node.need("kind"), REPLIES),
            author=reference(node.need("author"), self.ids["participants"] | self.ids["staff"]),
            text=text(node.get("text"), 280),
        )

    def _cluster(self, node: Marked) -> ClusterItem:
        members = node.need("members").items()
        if not members:
            node.need("members").fail(_("A cluster holds at least one contribution."))
        return ClusterItem(
            **_item(node),
            t=number(node.need("t")),
            title=text(node.need("title"), 120),
            members=tuple(reference(member, self.ids["contributions"]) for member in members),
            by=reference(node.need("by"), self.ids["staff"]),
        )

    # ---- what people chose

    def _ballot(self, node: Marked) -> BallotItem:
        method = one_of(node.need("method"), ("dots", "rating"))
        scale = {key: text(child, 60) for key, child in node.get("scale").mapping().items()}
        if method == "rating" and not scale:
            node.need("scale")
        dots = method == "dots"
        return BallotItem(
            **_item(node), method=method, scale=scale,
            per_person=number(node.need("per_person")) if dots else 0,
            max_per_item=number(node.need("max_per_item")) if dots else 0,
            activity=reference(node.need("activity"), self.ids["agenda"]),
            scope=words.SCOPES[one_of(node.need("scope"), words.SCOPES)],
            opened=number(node.need("opened")), question=text(node.get("question"), 300),
            votes=tuple(self._vote(vote, method) for vote in node.get("votes").items()),
        )  # fmt: skip

    def _vote(self, node: Marked, method: str) -> VoteItem:
        chosen = node.need("on")
        if method == "dots":
            dots = dict(Counter(reference(item, self.ids["clusters"]) for item in chosen.items()))
        else:
            dots = {known(key, child, self.ids["clusters"]): number(child) for key, child in chosen.mapping().items()}
        person = reference(node.need("p"), self.ids["participants"])
        return VoteItem(person=person, t=number(node.need("t")), dots=dots, line=node.line)

    def _answers(self, node: Marked) -> Answers:
        given: dict[str, Any] = {}
        for name in ANSWERS:
            child = node.get(name)
            if child.value is not None:
                given[name] = _within(child, 1, 5, 0) if name in ANSWERS[:3] else text(child, 500)
        person = reference(node.need("p"), self.ids["participants"])
        return Answers(person=person, t=number(node.need("t")), answers=given, line=node.line)

    # ---- what the staff did

    def _action(self, node: Marked) -> Action:
        do, details = node.need("do").text(), node.mapping()
        for key, pool in words.NEEDS.get(do, {}).items():
            child = node.need(key)
            if pool == "number":
                number(child)
            elif pool == "list":
                listed(child)
            elif pool == "text":
                text(child, 2000)
            else:
                reference(child, self.ids[pool])
        by = node.need("by")
        return Action(
            t=number(node.need("t")),
            by=by.text() if by.text() == "system" else reference(by, self.ids["staff"]),
            do=do,
            details={key: child.typed() for key, child in details.items() if key not in {"t", "by", "do"}},
            line=node.line,
        )

    def _decision(self, node: Marked) -> Decision:
        return Decision(
            **_item(node),
            case=reference(node.need("case"), self.ids["cases"]),
            cluster=reference(node.need("from_cluster"), self.ids["clusters"]),
            op=one_of(node.need("op"), OPS),
            target=text(node.need("target"), 40),
            text=text(node.need("text"), 2000),
            decision=one_of(node.need("decision"), DECISIONS),
            note=text(node.get("note"), 500),
            category=text(node.get("category"), 60),
        )


def _names(node: Marked) -> set[str]:
    """The ids of a list, each once."""
    found: set[str] = set()
    for item in node.items():
        id_ = item.need("id")
        if id_.text() in found:
            id_.fail(_("“%(key)s” stands here twice.", key=id_.text()))
        found.add(id_.text())
    return found


def _item(node: Marked) -> dict[str, Any]:
    return {"id": node.need("id").text(), "line": node.line}


def _within(node: Marked, lowest: int, highest: int, default: int) -> int:
    if node.value is None:
        return default
    if not lowest <= (value := number(node)) <= highest:
        node.fail(_("A number from %(low)s to %(high)s is expected here.", low=lowest, high=highest))
    return value


def _target(node: Marked) -> tuple[str | None, str | None]:
    """(aspect, element) of `A1` or `A1.E3`."""
    if node.value is None:
        return None, None
    aspect, element = checks.place(node)
    return aspect, element


def _reworded(node: Marked) -> int | None:
    """The moment of the last new wording; the first entry is the first wording itself."""
    moments: Collection[int] = [number(entry.need("t")) for entry in node.items()]
    return max(moments) if len(moments) > 1 else None
