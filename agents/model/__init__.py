"""Language models: one client over any provider, its accounts, and a double that speaks a provider's wire protocol.

Belongs here: building, asking, retrying and paying for models, and turning what they send into validated values.
Banned from here: what is asked of them; that is the model engine's.
"""
