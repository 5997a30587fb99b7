"""The oracle: a candidate tool is run against planted worlds and compared with the Query's interpreter.

Belongs here: planting data around a Query, answering as the API would (and as it would on a bad day), and judging what the
tool made of it. Banned from here: the isolate and the broker themselves (a runner is handed in) and any look at the tool's code.
"""
