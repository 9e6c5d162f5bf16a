"""Experiments at home in Django."""
