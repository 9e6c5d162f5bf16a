from __future__ import annotations

from functools import partial
from pathlib import Path

from tests.cli import commands

CONFIG = """\
secret_keys: [a secret of the tests]
caching: by_arm
experiments: {color: {arms: [red, blue]}}
routes: [{match: GET /, choose: color}]
"""


run = partial(commands.run, "cdn")


def test_all_files_are_printed(config: Path) -> None:
    """Each file follows its name, in a comment of its language."""
    result = run(config, "--for", "nginx")
    assert (result.exit_code, result.stderr) == (0, "")
    assert "# ---- banditware-http.conf\n" in result.stdout
    assert "# ---- banditware-location.conf\n" in result.stdout
    assert "// ---- banditware-worker.mjs\n" in run(config, "--for", "cloudflare").stdout


def test_files_are_written(config: Path, tmp_path: Path) -> None:
    """With a folder the files are written there, and named."""
    folder = tmp_path / "new" / "folder"
    result = run(config, "--for", "varnish", "--out", str(folder))
    (written,) = folder.iterdir()
    assert result.stdout == f"{written}\n"
    assert "sub vcl_recv" in written.read_text()


def test_json(config: Path) -> None:
    """As JSON the files are texts by name."""
    files = commands.told("cdn", config, "--for", "fastly")["files"]
    assert len(files) == 3


def test_pages_that_stay_private(config: Path) -> None:
    """Without `caching: by_arm` a snippet does nothing, which is told."""
    config.write_text(CONFIG.replace("by_arm", "private"))
    result = run(config, "--for", "nginx")
    assert result.exit_code == 0
    assert "until CONFIG says caching: by_arm" in result.stderr


def test_mistakes(config: Path) -> None:
    """A wrong configuration exits with 2 and every mistake; so does a cache that nobody knows."""
    config.write_text("secret_keys: []\nexperiments: {}\n")
    result = run(config, "--for", "nginx")
    assert (result.exit_code, result.stdout) == (2, "")
    assert f"{config}:1:14: secret_keys:" in result.stderr
    assert run(config, "--for", "squid").exit_code == 2
