from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from banditware.cli import COMMANDS, main
from banditware.cli.completion import SHELLS
from tests.cli.commands import run

CONFIG = """
secret_keys: ["${NOBODY_HAS_SET_THIS}"]
experiments:
  button: {arms: [green, red]}
  headline: {arms: [casual, formal]}
"""

#: How each shell is asked what it would offer for a line; `$1` is our script, `$2` to `$5` words.
ASKING = {
    "bash": 'source "$1"; COMP_WORDS=("${@:2}"); COMP_CWORD=$(($# - 2)); _banditware_completion '
    'banditware; printf "%s\\n" "${COMPREPLY[@]}"',
    "zsh": "compdef() { : }; compadd() { print -rl -- ${(P)@[-1]} }; _describe() "
    '{ print -rl -- ${${(P)3}%%:*} }; source "$1"; words=("${@:2}"); '
    "CURRENT=$(($# - 1)); _banditware_completion",
    "fish": 'source $argv[1]; complete -C (string join " " -- $argv[2..]) | string split -f1 \\t',
}

WORDS = [
    (("banditware", "pl"), {"plan"}),
    (("banditware", "stats", "b.yaml", ""), {"button", "headline"}),
    (("banditware", "stats", "b.yaml", "button", ""), {"headline"}),
    (("banditware", "promote", "b.yaml", "headline", "f"), {"formal"}),
    (
        ("banditware", "link", "b.yaml", "/", "--force", "head"),
        {"headline=casual", "headline=formal"},
    ),
    (("banditware", "log", "b.yaml", "--kind", "re"), {"reward"}),
    (("banditware", "export", "b.yaml", "--what", "as"), {"assignments"}),
    (("banditware", "completion", "z"), {"zsh"}),
]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the current folder, with a configuration and the command on the path."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "b.yaml").write_text(CONFIG)
    command = tmp_path / "bin" / "banditware"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec {sys.executable} -m banditware "$@"\n')
    command.chmod(0o755)
    monkeypatch.setenv("PATH", f"{command.parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
    return tmp_path


@pytest.mark.parametrize("shell", [shell for shell in SHELLS if shutil.which(shell)])
def test_a_real_shell(folder: Path, shell: str) -> None:
    """Every shell that is here offers commands, experiments and arms."""
    script = folder / "script"
    script.write_text(run("completion", shell).stdout)
    for words, offered in (WORDS[0], WORDS[1], WORDS[3]):
        name = [] if shell == "fish" else ["asking"]
        ran = subprocess.run(
            [shell, "-c", ASKING[shell], *name, str(script), *words],
            capture_output=True,
            check=False,
            text=True,
            timeout=60,
        )
        assert ran.stderr == ""
        assert set(ran.stdout.split()) == offered


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize(("words", "offered"), WORDS)
def test_what_shells_ask(
    folder: Path, shell: str, words: tuple[str, ...], offered: set[str]
) -> None:
    """What the script of a shell asks is answered in the way that shell reads."""
    given = {"bash": len(words) - 1, "zsh": len(words) - 1, "fish": words[-1]}[shell]
    line = " ".join(words if shell != "fish" else words[:-1])
    asked = {"_BANDITWARE_COMPLETE": f"{shell}_complete", "COMP_WORDS": line, "COMP_CWORD": given}
    result = CliRunner().invoke(
        main, env={k: str(v) for k, v in asked.items()}, prog_name="banditware"
    )
    lines = result.stdout.splitlines()
    found = lines[1::3] if shell == "zsh" else [line.split(",")[1].split("\t")[0] for line in lines]
    assert set(found) == offered


def test_commands_with_their_lines(folder: Path) -> None:
    """Commands are offered with what they are for, and options are, too."""
    asked = {"_BANDITWARE_COMPLETE": "fish_complete", "COMP_WORDS": "banditware", "COMP_CWORD": ""}
    result = CliRunner().invoke(main, env=asked, prog_name="banditware")
    found = dict(line.removeprefix("plain,").split("\t") for line in result.stdout.splitlines())
    assert set(found) == set(COMMANDS)
    assert found["why"] == "Why would this subject see that?"
    result = CliRunner().invoke(main, env={**asked, "COMP_CWORD": "--v"}, prog_name="banditware")
    assert result.stdout.startswith("plain,--version")


@pytest.mark.parametrize(("shell", "line"), SHELLS.items())
def test_the_script(shell: str, line: str) -> None:
    """Each shell has a script, and the help says where its line goes."""
    result = run("completion", shell)
    assert (result.exit_code, result.stderr) == (0, "")
    assert f"_BANDITWARE_COMPLETE={shell}_complete" in result.stdout
    assert f"{shell}: {line}" in run("completion", "--help").stdout
