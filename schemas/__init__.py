"""The vocabulary of the project: plain frozen values, the Query, the ports and the error tree.

Belongs here: data that two rooms share, and functions of that data alone (the Query's interpreter).
Banned from here: any import of another room, and any effect: no file, network, clock, randomness or environment.
"""
