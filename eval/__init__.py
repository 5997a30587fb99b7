"""Measurement: the simulated estate, the demo, benchmarks and their results.

Belongs here: what looks at the project from outside, through a Runtime that is handed to it.
Banned from here: anything that the product needs in order to run.
"""
