"""Experiments at home in Starlette and FastAPI."""
