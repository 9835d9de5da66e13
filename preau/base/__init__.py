"""Django plumbing without a business word.

The abstract tenant model, the actor, the journal, the outbox, encrypted fields.
It names organisations and accounts by plain ids, so that it stays below the domain.
"""
