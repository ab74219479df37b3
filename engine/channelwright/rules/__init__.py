"""Pure functions of market and design that optimiser and simulator share."""
