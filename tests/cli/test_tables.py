from __future__ import annotations

from collections.abc import Callable
from io import StringIO

import pytest
from rich.console import Console

from banditware.cli import tables
from banditware.cli.tables import Table, percent, show

TABLE = Table("[red]shop", ("arm", "pulls"), (("[b]a", "1,000"), ("long", "2")), ("a note",))
BARE = Table("none", ("arm",), (("a",),))


def test_plain() -> None:
    """Words are aligned left, numbers right, and notes come below."""
    assert TABLE.plain() == ("[red]shop\n  arm   pulls\n  [b]a  1,000\n  long      2\n  a note")
    assert BARE.plain() == "none\n  arm\n  a"


@pytest.mark.parametrize("table", [TABLE, BARE])
def test_rich(table: Table) -> None:
    """A terminal gets every cell as it is: nothing is taken for markup."""
    output = StringIO()
    Console(file=output, width=100).print(table.rich())
    cells = [table.title, *table.columns, *table.notes, *(c for row in table.rows for c in row)]
    assert all(cell in output.getvalue() for cell in cells)


@pytest.mark.parametrize("terminal", [True, False])
@pytest.mark.parametrize("rich", [True, False])
def test_show(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    terminal: bool,
    rich: bool,
) -> None:
    """Tables are drawn only on a terminal, and only with rich."""
    find: Callable[[str], object] = {True: lambda _: True, False: lambda _: None}[rich]
    monkeypatch.setattr(tables, "on_terminal", lambda: terminal)
    monkeypatch.setattr(tables, "find_spec", find)
    show([TABLE, BARE])
    output = capsys.readouterr().out
    assert ("╭" in output) == (terminal and rich)
    if not (terminal and rich):
        assert output == f"{TABLE.plain()}\n\n{BARE.plain()}\n"


def test_percent() -> None:
    """A share of nothing is a dash."""
    assert (percent(0.25), percent(1, 3), percent(1, 0)) == ("25.0%", "33.3%", "-")
