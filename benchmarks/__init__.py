"""Benchmarks: `python -m benchmarks SUBJECT ...`, one package per subject."""
