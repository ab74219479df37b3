"""Frozen data of the problem and of its answers; no input or output."""
