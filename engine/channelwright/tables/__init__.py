"""Every input and output table declared once: columns, types, units, keys, bounds."""
