"""Experiments at home in Flask."""
