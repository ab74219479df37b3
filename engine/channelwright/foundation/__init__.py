"""Ground that every part stands on: errors, units, random addresses, hashing, logging."""
