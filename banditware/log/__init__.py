"""The decision log: every decision and reward, told to files, streams, loggers or functions.

Importing this package imports none of its modules.
"""
