"""What is said to people: the language of a question, one catalogue of messages a language, and the sentence of an answer.

Banned from here: reading questions, and messages of errors that only an operator sees.
"""
