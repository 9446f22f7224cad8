"""Everything visible is marked, translated and shipped: the tool finds each mark, German is complete, and pages speak it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog

from facilitation.core.i18n import LOCALES, n_, use_locale
from facilitation.people.models import Seat
from facilitation.web.messages import script_messages
from tests.cast import ORIGIN, Cast
from tools import catalogue

GERMAN = catalogue.load("de")
MESSAGES = [message for message in GERMAN if message.id]
IN_GERMAN = {"Accept-Language": "de-AT,de;q=0.9,en;q=0.5"}
MEANT_ALIKE = {"Name", "Board", "Lab", "Labs", "System", "Link", "Status", "SWOT", "CODE", "Code", "Element", "Text"}


def ids(message_id: object) -> tuple[str, ...]:
    return (message_id,) if isinstance(message_id, str) else tuple(message_id)  # type: ignore[arg-type]


def forms(message_id: str) -> tuple[str, ...]:
    found = GERMAN.get(message_id)
    assert found is not None, message_id
    return ids(found.string)


# The catalogue ------------------------------------------------------------------------------------------------------


def test_the_catalogues_are_complete_and_compiled() -> None:
    assert catalogue.problems() == []


def test_every_language_offered_has_a_catalogue() -> None:
    assert {"en", *catalogue.LOCALES} == set(LOCALES)


def test_every_plural_has_its_forms() -> None:
    plurals = [message for message in MESSAGES if not isinstance(message.id, str)]
    assert len(plurals) > 50
    assert [message.id for message in plurals if len(ids(message.string)) != GERMAN.num_plurals or not all(message.string)] == []


def test_places_are_the_same_on_both_sides() -> None:
    for message in MESSAGES:
        wanted = {place for form in ids(message.id) for place in catalogue.PLACE.findall(form)}
        assert {place for form in ids(message.string) for place in catalogue.PLACE.findall(form)} == wanted, message.id


def test_markup_is_the_same_on_both_sides() -> None:
    for message in MESSAGES:
        for source, shown in zip(ids(message.id), ids(message.string), strict=True):
            assert sorted(re.findall(r"<[^<>]+>|&\w+;", source)) == sorted(re.findall(r"<[^<>]+>|&\w+;", shown)), source


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        (r"[”\"]|„[^“]*(?:„|$)", "English or straight quotes"),
        (r"\b(du|dich|dir|dein|deine|deinem|deinen|deiner|euch|eure|euer)\b", "people are addressed as Sie"),
        (
            r"\b(User|Session|Feedback|Meeting|Template|Stakeholder|Tool|Login|Button|Draft|Ballot)\b",
            "words there is a German one for",
        ),
        (r"\bTiers?\b(?! %?[(\d])(?!-)", "a bare “Tier” is an animal"),
        (r"Facilitator|Rapporteur|Organiser|Fallgeber|Transferabilität|Erfolgsfactor", "words the glossary translates"),
        (r"\.\.\.|  | ,| \.(?!\w)", "three dots and stray spaces"),
    ],
)
def test_german_is_written_with_care(wrong: str, why: str) -> None:
    texts = [re.sub(r"<[^<>]+>", "", form) for message in MESSAGES for form in ids(message.string)]
    assert [text for text in texts if re.search(wrong, text)] == [], why


def test_a_sentence_stays_a_sentence() -> None:
    """End marks tell a sentence from a label; a translation does not turn one into the other."""
    for message in MESSAGES:
        for source, shown in zip(ids(message.id), ids(message.string), strict=True):
            if shown and (source[-1] in ".?!:" or shown[-1] in ".?!:"):
                assert source[-1] == shown[-1] or shown in ("+1 Min.", "%(n)s Min."), source


# The tool -----------------------------------------------------------------------------------------------------------


def test_marks_in_nested_template_strings_are_found() -> None:
    source = """
    // t("not this one")
    const a = html`<p>${on ? html`<b title=${t("Deep")}>${list.map((x) =>
      html`${t('It’s %(x)s', { x: t("inner") })}`)}</b>` : nothing}</p>
      ${tn("%(n)s reply",
           "%(n)s replies", n)}`, b = t("one " + "text", { n });
    first(format(1), object.t("no mark"), await("none"));
    """
    assert list(catalogue.in_script(source)) == ["Deep", "It’s %(x)s", "inner", ("%(n)s reply", "%(n)s replies"), "one text"]


def test_marks_in_templates_and_modules_are_found() -> None:
    template = (
        '{% call more(_("A")) %}{{ ngettext("%(num)s b", "%(num)s bs", n) }}{% endcall %}{% trans x=1 %}C {{ x }}{% endtrans %}'
    )
    assert set(catalogue.in_template(template)) == {"A", ("%(num)s b", "%(num)s bs"), "C %(x)s"}
    module = 'A = {"x": _l("Later")}\ndef f(): return i18n._("Now " "here", a=n_("one", "more", 2)), other._("no"), d("no")'
    assert set(catalogue.in_module(module)) == {"Later", "Now here", ("one", "more")}


@pytest.mark.parametrize(
    ("reader", "source"),
    [
        (catalogue.in_template, "\n{{ a & b }}"),
        (catalogue.in_template, "\n{{ _(a ~ b) }}"),
        (catalogue.in_module, "\n_(f'{a} b')"),
        (catalogue.in_module, "\ndef ("),
        (catalogue.in_script, "\n${t(`a ${b}`)}"),
        (catalogue.in_script, "\ntn('one', many, 3)"),
    ],
)
def test_what_cannot_be_read_is_named(reader: object, source: str) -> None:
    with pytest.raises(catalogue.Unreadable, match="line 2"):
        list(reader(source))  # type: ignore[operator]


def test_a_file_that_cannot_be_read_stops_the_tool(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "templates" / "labs").mkdir(parents=True)
    (tmp_path / "templates" / "labs" / "broken.html").write_text("{% if %}")
    monkeypatch.setattr(catalogue, "ROOT", tmp_path)
    assert catalogue.main(["update"]) == 1
    assert "templates/labs/broken.html: line 1" in capsys.readouterr().out


def test_every_mark_a_plain_search_finds_is_in_the_catalogue() -> None:
    """Another reader than the tool's own: whatever looks like a mark with a text behind it."""
    patterns = {
        "static/js/**/*.js": r'(?<![\w.$`])tn?\(\s*"((?:[^"\\]|\\.)*)"(?!\s*\+)',
        "templates/**/*.html": r'(?<![\w.])(?:_|ngettext)\(\s*"([^"]*)"(?!\s*~)',
        "facilitation/**/*.py": r'(?<![\w.])(?:_l?|n_)\(\s*"([^"\\]*)"\s*[,)]',
    }
    for pattern, mark in patterns.items():
        found = {
            text
            for path in catalogue.ROOT.glob(pattern)
            for line in [re.sub(r"(?m)^\s*(//|\*|/\*\*).*$", "", path.read_text(encoding="utf-8"))]
            for text in re.findall(mark, line)
        }
        assert len(found) > 300, pattern
        assert sorted(text for text in found if text.replace('\\"', '"') not in GERMAN) == []


def test_a_lost_place_is_noticed() -> None:
    german = Catalog(locale="de")
    german.add("%(n)s of %(all)s", string="%(n)s von allen")
    german.add(("%(n)s case in %(lab)s", "%(n)s cases in %(lab)s"), string=("ein Fall in %(lab)s", "%(n)s Fälle"))
    german.add("Stored", string="Gespeichert")
    assert [message.id for message in german if message.id and not catalogue.same_places(message)] == [
        "%(n)s of %(all)s",
        ("%(n)s case in %(lab)s", "%(n)s cases in %(lab)s"),
    ]


# What people see ----------------------------------------------------------------------------------------------------


class Words(HTMLParser):
    """The visible texts of a page: text nodes, and attributes that are read aloud."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.inside: list[str] = []
        self.islands: dict[str, str] = {}
        self.island = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = dict(attrs)
        self.texts += [known[name] or "" for name in ("aria-label", "title", "placeholder", "alt") if name in known]
        if tag in ("script", "style"):
            self.inside.append(tag)
            self.island = known.get("id") or ""

    def handle_endtag(self, tag: str) -> None:
        if tag in ("script", "style"):
            self.inside.pop()

    def handle_data(self, data: str) -> None:
        if self.inside:
            self.islands[self.island] = self.islands.get(self.island, "") + data
        elif data.strip():
            self.texts.append(" ".join(data.split()))


def left_in_english(texts: list[str]) -> Iterator[str]:
    """Texts of the page that are ids of the catalogue and have another German text."""
    for text in texts:
        if text in GERMAN and text not in MEANT_ALIKE and text not in forms(text):
            yield text


PAGES = {
    "/": "Gerade in einem Lab?",
    "/join": "Einem Lab beitreten",
    "/sign-in": "Anmelden",
    "/nothing": "Unter dieser Adresse gibt es nichts",
}


@pytest.mark.parametrize(("path", "shown"), PAGES.items())
def test_a_german_page_is_german(cast: Cast, path: str, shown: str) -> None:
    page = cast.app.test_client().get(path, headers=IN_GERMAN).get_data(as_text=True)
    assert '<html lang="de"' in page
    words = Words(page)
    assert shown in words.texts
    assert list(left_in_english(words.texts)) == []
    assert list(left_in_english(Words(cast.app.test_client().get(path).get_data(as_text=True)).texts)) != []


def test_desks_of_a_german_account_are_german(cast: Cast) -> None:
    cast.do("user.set_language", cast.mara, language="de")
    browser = cast.browser(cast.mara)
    for path in ("/labs", f"/labs/{cast.lab}", "/cases", f"/cases/{cast.case}", "/account"):
        page = browser.get(path, follow_redirects=True)
        assert page.status_code == 200, path
        text = page.get_data(as_text=True)
        assert '<html lang="de"' in text
        assert list(left_in_english(Words(text).texts)) == [], path


def test_refusals_come_in_the_language_of_the_seat(cast: Cast) -> None:
    german = cast.join(tier="1", language="de")
    body = {"v": 1, "key": "a" * 22, "name": "contribution.post", "args": {"board": "x", "text": "x"}}
    answers = {}
    for who in (cast.ben, german):
        answers[who.id] = cast.browser(who).post(f"/labs/{cast.lab}/commands", json=body, headers=ORIGIN).get_json()
    assert not answers[german.id]["ok"]
    assert answers[german.id]["code"] == answers[cast.ben.id]["code"]
    assert answers[german.id]["message"] in forms(answers[cast.ben.id]["message"])
    assert answers[german.id]["message"] != answers[cast.ben.id]["message"]


def test_the_page_brings_the_words_of_the_scripts(cast: Cast) -> None:
    client = cast.app.test_client()
    island = json.loads(Words(client.get("/join", headers=IN_GERMAN).get_data(as_text=True)).islands["messages"])
    assert island.items() <= script_messages("de").items()
    assert json.loads(Words(client.get("/join").get_data(as_text=True)).islands["messages"]) == {}


def test_scripts_have_all_their_words() -> None:
    wanted = {
        ids(message.id)[0]
        for message in catalogue.extracted()
        if any(path.startswith("static/js/") for path, _ in message.locations)
    }
    assert set(script_messages("de")) == wanted
    assert script_messages("de")["%(n)s reply"] == ["%(n)s Antwort", "%(n)s Antworten"]
    assert script_messages("en") == {}


def test_counting_follows_the_language() -> None:
    with use_locale("de"):
        assert [n_("%(n)s reply", "%(n)s replies", n) for n in (0, 1, 2)] == ["0 Antworten", "1 Antwort", "2 Antworten"]


def test_the_language_of_a_seat_is_kept(cast: Cast) -> None:
    from facilitation.core.unit_of_work import reading
    from facilitation.extensions import db

    seat = cast.join(tier="1", language="de")
    with reading(db.engine) as session:
        assert session.get_one(Seat, seat.id).language == "de"
