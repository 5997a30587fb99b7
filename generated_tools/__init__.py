"""The registry of proven tools, and the library of their files: `library/<tool>/v<N>/`.

Belongs here: publishing, finding and reading of tool versions.
Banned from here: writing and running of tools; the network.
"""
