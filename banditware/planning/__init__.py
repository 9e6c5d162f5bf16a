"""What a changed configuration does to what was counted, before it is applied.

Importing this package imports none of its modules. All of them are pure: `banditware.cli.plan`
reads the files and the store.
"""
