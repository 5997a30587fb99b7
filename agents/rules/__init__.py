"""The rules engine: questions of a known family, read without a model.

`words` → `grammar` (a question to an Intent, words only) → `grounding` (an Intent on operations to a Query). It explains every
content word of the question or declines; it never guesses.
"""
