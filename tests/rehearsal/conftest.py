"""Transcripts to play, and an application with the sample cases."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask

from facilitation.cases.template import template
from facilitation.core.actor import SYSTEM
from facilitation.demo import CASES, TRANSCRIPT
from facilitation.rehearsal.reading import read_transcript
from facilitation.rehearsal.transcript import Transcript

SMALL = Path(__file__).parent / "data" / "small-lab.yaml"


@pytest.fixture(scope="session")
def sample() -> Transcript:
    return read_transcript(TRANSCRIPT.read_text("utf-8"), template("en"))


@pytest.fixture(scope="session")
def small() -> Transcript:
    return read_transcript(SMALL.read_text("utf-8"), template("en"))


@pytest.fixture
def with_cases(app: Flask) -> Flask:
    app.extensions["facilitation"]["dispatcher"].do("case.import", SYSTEM, text=CASES.read_text("utf-8"))
    return app
