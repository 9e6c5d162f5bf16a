"""Management of projects of Django."""
