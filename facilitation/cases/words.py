"""The words of a template in one language: beside the file, else shipped, else made from the id."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from facilitation.cases import marked
from facilitation.cases.template import SHIPPED, capital


@dataclass
class Words:
    """`say(kind, id, source)` is the word to show for a thing whose text in the template file is `source`."""

    own: dict[str, str] = field(default_factory=dict)  # beside a file of one's own
    shipped_words: dict[str, str] = field(default_factory=dict)
    known_sources: dict[str, str] | None = None  # the texts the shipped words translate; None: they always fit
    heard: dict[str, str] = field(default_factory=dict)  # what `say` was asked, with its source

    @classmethod
    def shipped(cls, locale: str) -> Words:
        return cls(shipped_words=_file(SHIPPED, locale))

    @classmethod
    def beside(cls, path: Path, locale: str, reference: Words) -> Words:
        """Words for a file of one's own. `reference`: the shipped words after the shipped template was read with them."""
        return cls(_file(path, locale), reference.shipped_words, dict(reference.heard))

    def say(self, kind: str, id_: str, source: str = "") -> str:
        key = f"{kind}.{id_}"
        self.heard[key] = source
        return self._find(key, source) or capital(source) or _from_id(id_)

    def maybe(self, kind: str, id_: str, source: str) -> str:
        """As `say`, but nothing where the template says nothing."""
        return self.say(kind, id_, source) if source else self._find(f"{kind}.{id_}", "")

    def say_first(self, kind: str, *ids: str) -> str:
        """The word of the first id that has one, else one made from the last."""
        found = (self._find(f"{kind}.{id_}", "") for id_ in ids)
        return next((word for word in found if word), "") or _from_id(ids[-1])

    def value(self, field_id: str, value: str) -> str:
        return self.say_first("value", f"{field_id}.{value}", value)

    def fixed(self) -> dict[str, str]:
        """Words for places that are not in the template file, e.g. `section.swot`."""
        return {key: word for key, word in {**self.shipped_words, **self.own}.items() if key.startswith(("section.", "field."))}

    def _find(self, key: str, source: str) -> str:
        if key in self.own:
            return self.own[key]
        fits = not source or self.known_sources is None or self.known_sources.get(key) == source
        return self.shipped_words.get(key, "") if fits else ""


def _from_id(id_: str) -> str:
    return capital(id_.rpartition(".")[2].replace("_", " "))


def _file(template: Path, locale: str) -> dict[str, str]:
    """Every word of `<template>.<locale>.yaml` by its dotted key; `vocabulary` is left out of the key."""
    path = template.with_suffix(f".{locale}.yaml")
    if not path.exists():
        return {}
    words: dict[str, str] = {}
    pending = [("", marked.read(path.read_text("utf-8")))]
    while pending:
        prefix, node = pending.pop()
        if isinstance(node.value, dict):
            pending += [(f"{prefix}.{key}" if prefix else key, child) for key, child in node.mapping().items()]
        else:
            words[prefix.removeprefix("vocabulary.")] = node.text()
    return words
