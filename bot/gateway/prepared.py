"""Statements that run with every message, compiled once and run by SQLite's own driver.

SQLAlchemy prepares the same statement anew for each run, which takes longer than SQLite needs for
all of it; over a turn that is a quarter of what the gateway adds.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite

_DIALECT = sqlite.dialect()


class _Compiled(NamedTuple):
    text: str
    values: list[tuple[str, Any]]
    """Name and conversion of each value, in the order in which the text has them."""


class Prepared:
    """One statement, run within a transaction of SQLAlchemy's as any other."""

    def __init__(self, statement: sa.Select[Any] | sa.sql.dml.UpdateBase) -> None:
        self._statement = statement
        self._compiled: dict[tuple[str, ...], _Compiled] = {}
        self._read = [
            (str(column.key), column.type.result_processor(_DIALECT, None))
            for column in statement.exported_columns
        ]

    def run(self, db: sa.Connection, **values: Any) -> dict[str, Any] | None:
        """Run it with values for its parameters and columns; the first row by column, if any."""
        compiled = self._compile(values)
        row = _driver(db).execute(compiled.text, _converted(compiled, values)).fetchone()
        if row is None:
            return None
        return {
            name: convert(value) if convert else value
            for (name, convert), value in zip(self._read, row, strict=True)
        }

    def run_for_each(self, db: sa.Connection, rows: list[dict[str, Any]]) -> None:
        """Run it once for each of some rows of the same columns."""
        if rows:
            compiled = self._compile(rows[0])
            _driver(db).executemany(compiled.text, [_converted(compiled, row) for row in rows])

    def _compile(self, values: Mapping[str, Any]) -> _Compiled:
        names = tuple(values)
        if names not in self._compiled:
            compiled = self._statement.compile(dialect=_DIALECT, column_keys=list(names))
            assert isinstance(compiled, sa.sql.compiler.SQLCompiler)
            assert compiled.positiontup is not None
            binds = [
                (name, compiled.binds[name].type.bind_processor(_DIALECT))
                for name in compiled.positiontup
            ]
            self._compiled[names] = _Compiled(str(compiled), binds)
        return self._compiled[names]


def _driver(db: sa.Connection) -> Any:
    """The connection of the `sqlite3` module under one of SQLAlchemy's."""
    return db.connection.driver_connection


def _converted(compiled: _Compiled, values: Mapping[str, Any]) -> list[Any]:
    return [convert(values[name]) if convert else values[name] for name, convert in compiled.values]
