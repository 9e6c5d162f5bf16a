"""Alarms: what an operator has to know, and would not see by itself.

| module | |
|---|---|
| `rules` | what is wrong, from facts: a table of rules |
| `facts` | the facts, from a store and a process |
| `board` | who tells of an alarm, so that it is told once over all processes |
| `telling` | telling it: to a function, and to a webhook |
"""

from banditware.alarms.rules import Alarm

__all__ = ["Alarm"]
