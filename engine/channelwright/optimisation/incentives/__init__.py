"""Prices, commissions and bonuses, with what every party would do."""
