"""Prepared statements give and take what SQLAlchemy's own execution does, in its transactions."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.gateway.prepared import Prepared
from bot.gateway.storage import sqlite_engine

metadata = sa.MetaData()
notes = sa.Table(
    "notes",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("body", sa.JSON),
    sa.Column("seen", sa.Boolean),
)

ADD = Prepared(notes.insert().returning(notes))
FIND = Prepared(sa.select(notes).where(notes.c.number == sa.bindparam("which")))
CHANGE = Prepared(notes.update().where(notes.c.number == sa.bindparam("which")))


@pytest.fixture
def engine(tmp_path: Path) -> sa.Engine:
    engine = sqlite_engine(tmp_path / "notes.db")
    metadata.create_all(engine)
    return engine


@pytest.mark.parametrize("body", [{"text": "ä'\"; drop"}, [1, None], None, "", {}])
def test_values_come_back_as_they_went_in_and_as_sqlalchemy_reads_them(
    engine: sa.Engine, body: object
) -> None:
    with engine.begin() as db:
        row = ADD.run(db, body=body, seen=True)
        assert row == {"number": 1, "body": body, "seen": True}
        assert FIND.run(db, which=1) == row
        assert dict(db.execute(sa.select(notes)).one()._mapping) == row


def test_only_what_is_given_is_changed(engine: sa.Engine) -> None:
    with engine.begin() as db:
        ADD.run(db, number=1, body="old", seen=False)
        CHANGE.run(db, seen=True, which=1)
        assert FIND.run(db, which=1) == {"number": 1, "body": "old", "seen": True}
        CHANGE.run(db, which=1, body="new", seen=False)
        assert FIND.run(db, which=1) == {"number": 1, "body": "new", "seen": False}
        assert FIND.run(db, which=2) is None


def test_it_is_part_of_the_transaction(engine: sa.Engine) -> None:
    def fail_late() -> None:
        with engine.begin() as db:
            ADD.run_for_each(db, [{"number": 1, "body": "a"}, {"number": 2, "body": "b"}])
            db.execute(notes.insert().values(number=3))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_late()
    with engine.begin() as db:
        assert db.execute(sa.select(notes)).all() == []


def test_an_error_holds_no_values(engine: sa.Engine) -> None:
    with engine.begin() as db:
        ADD.run(db, number=1, body="my secret")
    with pytest.raises(sqlite3.IntegrityError) as error, engine.begin() as db:
        ADD.run(db, number=1, body="my secret")
    assert "secret" not in str(error.value)
