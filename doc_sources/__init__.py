"""Where documents come from: the catalogue, one module per fetch strategy, and what parsing reads off a specification.

Belongs here: fetching, parsing, slicing, effects and pagination of operations; the store of configured sources.
Banned from here: ranking, caching and calling of operations, and any import of a room other than `schemas`.
"""
