"""A bad setting is refused at start with its reason, and production refuses what is only fit for a trial (safety, 1 and 4)."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from facilitation import create_app
from facilitation.config import BadSetting, Settings, from_environment
from facilitation.extensions import db
from facilitation.first_run import prepare
from facilitation.people.models import User

KEY = "0123456789abcdef" * 2
FIT: dict[str, Any] = {"PRODUCTION": True, "SECRET_KEY": KEY, "PUBLIC_URL": "https://labs.example.org"}


def settings(folder: Path, **given: Any) -> Settings:
    return Settings(DATA=str(folder), **{**FIT, **given})


def test_production_starts_with_a_key_and_https(tmp_path: Path) -> None:
    assert settings(tmp_path).secure
    assert settings(tmp_path, HOST="0.0.0.0").secure  # a proxy in another container brings the https


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"SECRET_KEY": ""}, "FACILITATION_SECRET_KEY is missing"),
        ({"SECRET_KEY": "short"}, "FACILITATION_SECRET_KEY is missing, too short or a sample"),
        (
            {"SECRET_KEY": "please-change-me-before-you-go-live-0123456789"},
            "FACILITATION_SECRET_KEY is missing, too short or a sample",
        ),
        ({"PUBLIC_URL": "http://labs.example.org"}, "http://labs.example.org is plain http"),
        ({"PUBLIC_URL": "", "HOST": "0.0.0.0"}, "is plain http"),
        ({"PUBLIC_URL": "http://127.0.0.1:5000", "HOST": "0.0.0.0"}, "is plain http"),
        ({"ORIGINS": "https://a.example.org http://b.example.org"}, "http://b.example.org is plain http"),
        ({"TESTING": True}, "testing and debugging are on"),
    ],
)
def test_production_refuses(tmp_path: Path, given: dict[str, Any], said: str) -> None:
    with pytest.raises(BadSetting, match=said):
        settings(tmp_path, **given)


@pytest.mark.parametrize(
    "given", [{"PUBLIC_URL": ""}, {"PUBLIC_URL": "http://localhost:8080"}, {"PUBLIC_URL": "http://10.0.0.7", "LAN": True}]
)
def test_production_takes_plain_http_on_this_machine_or_where_it_is_meant_so(tmp_path: Path, given: dict[str, Any]) -> None:
    assert not settings(tmp_path, **given).secure


def test_production_refuses_to_debug(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLASK_DEBUG", "1")
    with pytest.raises(BadSetting, match="testing and debugging are on"):
        settings(tmp_path)


def test_production_takes_a_kept_key_that_only_its_owner_can_read(tmp_path: Path) -> None:
    made = Settings(DATA=str(tmp_path)).SECRET_KEY  # in a trial
    assert (tmp_path / "secret_key").stat().st_mode & 0o777 == 0o600
    assert made == settings(tmp_path, SECRET_KEY="").SECRET_KEY
    (tmp_path / "secret_key").chmod(0o644)
    with pytest.raises(BadSetting, match="can be read by others"):
        settings(tmp_path, SECRET_KEY="")


def test_production_says_everything_at_once_and_makes_nothing(tmp_path: Path) -> None:
    with pytest.raises(BadSetting) as refused:
        settings(tmp_path / "data", SECRET_KEY="", PUBLIC_URL="http://labs.example.org", TESTING=True)
    assert str(refused.value).count(";") >= 2
    assert not (tmp_path / "data").exists()


def test_production_never_fills_in_the_samples(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    database = os.environ.get("FACILITATION_DATABASE_URL", "")
    app = create_app({**FIT, "DATA": str(data), "DATABASE_URL": database, "ASYNC_MODE": "threading"})
    prepare(app, demo=True)
    with app.app_context():
        assert db.session.query(User).count() == 0
        db.session.remove()
        db.engine.dispose()
    assert "/set-up/" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ASYNC_MODE", "gevent"), ("PORT", "70000"), ("PORT", "five"), ("LAN", "perhaps"), ("LOG_LEVEL", "LOUD"),
        ("LOG_FORMAT", "xml"), ("REDIS_URL", "127.0.0.1"), ("TEMPLATE", "/there/is/none.yaml"), ("TICK_SECONDS", "soon"),
    ],
)  # fmt: skip
def test_a_bad_setting_is_refused_by_its_name(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(BadSetting, match=f"FACILITATION_{name}"):
        from_environment({"FACILITATION_DATA": str(tmp_path), f"FACILITATION_{name}": value})
