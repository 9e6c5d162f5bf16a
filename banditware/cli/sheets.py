"""Tables as files: CSV, JSON Lines, and Parquet where pyarrow is installed."""

from __future__ import annotations

import csv
import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from typing import IO, Any, NamedTuple

import click

#: Rows of a Parquet file that are kept in memory until they are written.
MANY = 20_000

#: How formats are told by the ends of names.
SUFFIXES = {".csv": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl", ".parquet": "parquet"}

FORMATS = ("csv", "jsonl", "parquet")

MEND = 'Parquet needs another package: pip install "banditware[parquet]"; or say --format csv'


class Sheet(NamedTuple):
    """A table.

    Attributes:
        columns: what stands in each column: `str`, `int`, `float`, `bool`, or `datetime` for text
            that is a time as RFC 3339 has it.
        rows: as many values each as there are columns; None where there is none.
    """

    columns: Mapping[str, type]
    rows: Iterable[tuple[Any, ...]]


def format_of(asked: str | None, path: Path | None) -> str:
    """Return the format of a file: the one that is asked for, or that its name tells, or CSV.

    Raises:
        click.UsageError: it cannot be written.
    """
    found = asked or SUFFIXES.get(path.suffix if path else "", "csv")
    if found == "parquet" and path is None:
        raise click.UsageError("Parquet is not for a terminal or a pipe: name a file with -o")
    if found == "parquet" and find_spec("pyarrow") is None:
        raise click.UsageError(MEND)
    return found


def write(sheet: Sheet, form: str, path: Path | None) -> int:
    """Write a table; return how many rows it had.

    Args:
        sheet: the table.
        form: one of `FORMATS`.
        path: the file, which is replaced when everything is written; None writes to stdout.

    Raises:
        OSError: it cannot be written; what was there is still there.
    """
    if path is None:
        return _TEXTS[form](sheet, sys.stdout)
    with _replacing(path) as part:
        if form == "parquet":
            return _write_parquet(sheet, part)
        with part.open("w", encoding="utf-8", newline="") as file:
            return _TEXTS[form](sheet, file)


@contextmanager
def _replacing(path: Path) -> Iterator[Path]:
    """Yield a file that takes the place of another one if all goes well."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    os.close(handle)
    part = Path(name)
    try:
        yield part
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def _write_csv(sheet: Sheet, file: IO[str]) -> int:
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(sheet.columns)
    number = 0
    for row in sheet.rows:
        writer.writerow(row)
        number += 1
    return number


def _write_jsonl(sheet: Sheet, file: IO[str]) -> int:
    number = 0
    for row in sheet.rows:
        values = dict(zip(sheet.columns, row, strict=True))
        file.write(json.dumps(values, separators=(",", ":"), ensure_ascii=False) + "\n")
        number += 1
    return number


_TEXTS: dict[str, Callable[[Sheet, IO[str]], int]] = {"csv": _write_csv, "jsonl": _write_jsonl}


def _write_parquet(sheet: Sheet, path: Path) -> int:
    import pyarrow as pa  # noqa: PLC0415 - an extra, and a tenth of a second
    from pyarrow import parquet  # noqa: PLC0415 - the same

    kinds = {
        str: pa.string(),
        int: pa.int64(),
        float: pa.float64(),
        bool: pa.bool_(),
        datetime: pa.timestamp("us", tz="UTC"),
    }
    schema = pa.schema([(name, kinds[kind]) for name, kind in sheet.columns.items()])
    rows, number = iter(sheet.rows), 0
    with parquet.ParquetWriter(path, schema) as writer:
        while some := list(islice(rows, MANY)):
            columns = zip(sheet.columns.items(), zip(*some, strict=True), strict=True)
            arrays = [_typed(kind, values) for (_, kind), values in columns]
            writer.write_table(pa.table(dict(zip(sheet.columns, arrays, strict=True)), schema))
            number += len(some)
    return number


def _typed(kind: type, values: Iterable[Any]) -> list[Any]:
    if kind is not datetime:
        return list(values)
    return [each and datetime.fromisoformat(each.replace("Z", "+00:00")) for each in values]


class Line(NamedTuple):
    """A row of a file.

    Attributes:
        place: where it stands.
        values: by column.
    """

    place: str
    values: Mapping[str, Any]


class SheetError(ValueError):
    """A file that is no table, and why."""


def read(path: Path, asked: str | None) -> Iterator[Line]:
    """Yield the rows of a file.

    Args:
        path: the file.
        asked: its format; None takes the one that its name tells.

    Raises:
        SheetError: it cannot be read, or is none.
    """
    form = asked or SUFFIXES.get(path.suffix)
    if form is None:
        raise SheetError(f"{path}: say what it is: --format {', '.join(FORMATS)}")
    try:
        yield from _READERS[form](path)
    except OSError as error:
        raise SheetError(f"{path}: cannot be read: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise SheetError(f"{path}: is not UTF-8") from error


def _read_csv(path: Path) -> Iterator[Line]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        try:
            for values in reader:
                yield Line(f"{path}:{reader.line_num}", values)
        except csv.Error as error:
            raise SheetError(f"{path}:{reader.line_num}: {error}") from error


def _read_jsonl(path: Path) -> Iterator[Line]:
    with path.open(encoding="utf-8-sig") as file:
        for number, line in enumerate(file, start=1):
            place = f"{path}:{number}"
            try:
                values = json.loads(line)
            except (ValueError, RecursionError) as error:
                raise SheetError(f"{place}: is no JSON: {error}") from error
            if not isinstance(values, dict):
                raise SheetError(f"{place}: is no JSON object")
            yield Line(place, values)


def _read_parquet(path: Path) -> Iterator[Line]:
    if find_spec("pyarrow") is None:
        raise SheetError(f"{path}: {MEND}")
    import pyarrow as pa  # noqa: PLC0415 - an extra
    from pyarrow import parquet  # noqa: PLC0415 - the same

    try:
        rows = parquet.read_table(path).to_pylist()
    except pa.ArrowInvalid as error:
        raise SheetError(f"{path}: {error}") from error
    for number, values in enumerate(rows, start=1):
        yield Line(f"{path}: row {number}", values)


_READERS: dict[str, Callable[[Path], Iterator[Line]]] = {
    "csv": _read_csv,
    "jsonl": _read_jsonl,
    "parquet": _read_parquet,
}
