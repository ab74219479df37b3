"""Consumers: what they want, where they buy it, what an empty shelf does."""
