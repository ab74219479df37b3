"""Figures of the report: each takes an info object and returns inline SVG."""
