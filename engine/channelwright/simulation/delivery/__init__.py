"""Delivery: tours, stops, goods that reach the shelf or come back with the truck."""
