"""How many people work where, and how often they call."""
