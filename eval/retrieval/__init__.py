"""Measuring retrieval: questions with the operations that answer them, the corpus to ask them of, and scores."""
