"""Events of the decision log: what happened, and what is written of it. Pure.

Importing this package imports none of its modules: requests need only `happened`.
"""
