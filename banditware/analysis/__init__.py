"""What can honestly be said of an experiment from its counts: pure functions, stdlib only.

| module | answers |
|---|---|
| `intervals` | where an arm's mean reward is, however often one looks |
| `contrasts` | whether one arm is better than another, however often one looks |
| `loss` | what is lost on average by deciding for an arm now |
| `srm` | whether arms are recorded as often as they were drawn |
| `judging` | all of it for one experiment, ready for JSON |
"""
