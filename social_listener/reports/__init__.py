"""Figures for outside: from plain sheets and charts to files. Nothing here knows the store.

The same sheets and charts give the same bytes: nothing is dated, numbered or named by the moment in which it is made.
"""
