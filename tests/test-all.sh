#!/bin/sh
# Runs the suite (or another target of make) on every supported CPython that can be found, each in an
# environment of its own.
set -eu
failed=""
for version in 3.10 3.11 3.12 3.13; do
  python=$(command -v "python$version" || true)
  # Shims of version managers answer to every name but run only what is selected.
  if [ -z "$python" ] || ! "$python" -c "" 2>/dev/null; then
    python=$(ls -d "$(pyenv root 2>/dev/null)/versions/$version".*/bin/python 2>/dev/null | tail -n 1 || true)
  fi
  if [ -z "$python" ]; then
    echo "== CPython $version: not installed, not run"
    continue
  fi
  echo "== $("$python" --version)"
  make "${1:-test}" PYTHON="$python" VENV=".venv-$version" || failed="$failed $version"
done
if [ -n "$failed" ]; then
  echo "failed on:$failed"
  exit 1
fi
