"""A cloud for the demo and for tests: moto, filled with two regions of EC2 instances and their CPU, with IAM in force.

Belongs here: what stands in it, who may look at it, and faults on demand.
Banned from here: anything that asks it a question.
"""
