"""The code generator: a Query and its operations become an ordinary Python module with its tests.

`author.write` is the way in. It knows the Query language and HTTP pagination, and no vendor.
"""
