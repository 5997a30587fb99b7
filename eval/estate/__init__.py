"""The simulated estate: a company's internal service registry, as a real service on loopback.

It stands for somebody else's API, so it imports nothing of ours and nothing of ours imports its models: all that a tool may know of it is
what it serves at `/openapi.json`.
"""
