"""What `banditware doctor` looks at: facts are gathered, rules judge them.

A gatherer returns facts and, for those that it could not get, why. A rule is data: which facts it
needs, and for which of them something is the matter. `examine` puts both together.
"""
