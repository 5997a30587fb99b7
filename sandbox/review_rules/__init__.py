"""The rules of the static review: one table, and what finds the places that break each rule.

Belongs here: reading a tool's syntax tree. Banned from here: running it, and any effect.
"""
