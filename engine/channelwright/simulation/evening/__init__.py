"""The evening at the sites: credit check, allocation, picking."""
