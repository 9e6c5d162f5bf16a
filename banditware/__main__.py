"""`python -m banditware` is the command `banditware`."""

from __future__ import annotations

from banditware.cli import main

if __name__ == "__main__":
    main(prog_name="banditware")
