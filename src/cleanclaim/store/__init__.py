"""The ledger: claims sent, answers, payments, outcomes and work done, in a database file that is the user's own.

A posting is one transaction. What files say is kept as it stands (:mod:`cleanclaim.store.tables`); an undone posting
keeps its rows and no longer counts. Outcomes are worked out anew, in the same transaction, for every claim that a
posting touches, so that they are always what the standing postings say, in whatever order these came. No names are
kept.
"""
