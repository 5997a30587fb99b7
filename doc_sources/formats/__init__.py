"""The formats in which an API may be described, a module each: bytes in, a `Description` out.

Banned: the network, the disk, effects, and what only one provider has (that is the catalogue's).
"""
