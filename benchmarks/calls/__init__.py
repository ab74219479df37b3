"""How sales respond to the frequency of calls: measured, not assumed."""
