"""Run folders: journal, manifest and immutable finished runs."""
