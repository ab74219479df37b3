"""Builds the tables of the pack from the rows in `source/`; nothing else is read."""
