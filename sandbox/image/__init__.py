"""The isolate's image: the code that runs inside, the list of what is baked with it, and the builder.

`guest/` is the interpreter's side of the wall. It runs in CPython 3.14 on WASI and is never imported by the host.
"""
