"""Orders: calls, shelves and sources, what waits to be decided or filled."""
