from __future__ import annotations

import csv
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import click
import pytest
from pyarrow import parquet

from banditware.cli import sheets
from banditware.cli.sheets import FORMATS, Sheet, SheetError, format_of, read, write

COLUMNS = {"name": str, "number": int, "share": float, "fine": bool, "when": datetime}
ROWS: list[tuple[Any, ...]] = [
    ("a", 1, 0.1, True, "2027-01-15T08:00:00.250000Z"),
    ('with "quotes", and é', 2**40, 1e-9, False, None),
    (None, None, None, None, None),
]


@pytest.mark.parametrize("form", FORMATS)
def test_there_and_back(tmp_path: Path, form: str) -> None:
    """Every format keeps what it is given, as far as it has a word for it."""
    path = tmp_path / f"table.{form}"
    assert write(Sheet(COLUMNS, iter(ROWS)), form, path) == 3
    lines = list(read(path, None))
    found = [tuple(line.values[name] for name in COLUMNS) for line in lines]
    if form == "csv":
        assert found == [tuple("" if v is None else str(v) for v in row) for row in ROWS]
    elif form == "jsonl":
        assert found == ROWS
    else:
        moment = datetime(2027, 1, 15, 8, 0, 0, 250_000, tzinfo=timezone.utc)
        assert found == [(*ROWS[0][:4], moment), *ROWS[1:]]
    assert [path.name for path in tmp_path.iterdir()] == [path.name]
    places = {"csv": ":2", "jsonl": ":1", "parquet": ": row 1"}
    assert lines[0].place == f"{path}{places[form]}"


def test_types_of_parquet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Columns have types, also where nothing stands in them, and rows are written by and by."""
    monkeypatch.setattr(sheets, "MANY", 2)
    path = tmp_path / "table.parquet"
    write(Sheet(COLUMNS, ROWS), "parquet", path)
    schema = parquet.read_schema(path)
    kinds = ["string", "int64", "double", "bool", "timestamp[us, tz=UTC]"]
    assert [str(each) for each in schema.types] == kinds
    assert parquet.ParquetFile(path).num_row_groups == 2
    write(Sheet(COLUMNS, []), "parquet", path)
    assert parquet.read_table(path).num_rows == 0
    assert parquet.read_schema(path) == schema


@pytest.mark.parametrize(
    ("asked", "path", "form"),
    [
        (None, None, "csv"),
        (None, "a.ndjson", "jsonl"),
        (None, "a.parquet", "parquet"),
        (None, "a.txt", "csv"),
        ("jsonl", "a.csv", "jsonl"),
        ("jsonl", None, "jsonl"),
    ],
)
def test_formats(asked: str | None, path: str | None, form: str) -> None:
    """The format is what is asked for, or what the name tells."""
    assert format_of(asked, Path(path) if path else None) == form


def test_no_parquet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Parquet needs a file and a package, and who lacks them is told how to go on."""
    with pytest.raises(click.UsageError, match="name a file with -o"):
        format_of("parquet", None)
    path = tmp_path / "a.parquet"
    path.write_bytes(b"")
    monkeypatch.setattr(sheets, "find_spec", lambda _: None)
    for refused in (lambda: format_of(None, path), lambda: list(read(path, None))):
        with pytest.raises((click.UsageError, SheetError)) as raised:
            refused()
        assert 'pip install "banditware[parquet]"; or say --format csv' in str(raised.value)


def test_what_was_there_stays(tmp_path: Path) -> None:
    """A table that cannot be written to its end replaces nothing, and leaves nothing behind."""
    path = tmp_path / "table.csv"
    path.write_text("before")

    def rows() -> Any:
        yield ("a",)
        raise OSError("there is no more")

    with pytest.raises(OSError, match="there is no more"):
        write(Sheet({"name": str}, rows()), "csv", path)
    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("name", "data", "why"),
    [
        ("a.txt", b"", "say what it is: --format csv, jsonl, parquet"),
        ("a.jsonl", b"{}\n{", ":2: is no JSON"),
        ("a.jsonl", b"3", ":1: is no JSON object"),
        ("a.csv", b"a\n\xff", "is not UTF-8"),
        ("a.csv", b'a\n"' + b"x" * 200_000, "field larger than field limit"),
        ("a.parquet", b"no parquet at all", "arquet"),
    ],
)
def test_files_that_are_no_tables(tmp_path: Path, name: str, data: bytes, why: str) -> None:
    """What cannot be read is named, with its place."""
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(SheetError, match=why) as raised:
        list(read(path, None))
    assert str(raised.value).startswith(str(path))


@pytest.mark.parametrize("form", FORMATS)
def test_no_file(tmp_path: Path, form: str) -> None:
    """A file that is not there is said to be missing."""
    with pytest.raises(SheetError, match="cannot be read: "):
        list(read(tmp_path / "none", form))


def test_stdout(capsys: pytest.CaptureFixture[str]) -> None:
    """Without a file it is printed."""
    assert write(Sheet({"a": str, "b": int}, [("x,y", 1)]), "csv", None) == 1
    assert list(csv.reader(capsys.readouterr().out.splitlines())) == [["a", "b"], ["x,y", "1"]]
