"""Every input and output table, declared once."""
