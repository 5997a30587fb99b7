"""Retrieval: the expiring document cache, the index over operations and the fusion of its rankings.

Belongs here: what finds the right operation for a question and keeps its document fresh.
Banned from here: fetching and parsing (a port), and any import of a room other than `schemas`.
"""
