"""Guardrails: an arm that errs, is slow or costs a goal is paused by itself.

| module | |
|---|---|
| `tally` | what a process has seen of responses, on the way to the store |
| `watching` | visits that are watched |
| `evidence` | when it is more than chance, whenever one looks |
| `judge` | which arm is beyond which limit |
| `guard` | all of it together, in the thread that talks to the store |
"""
