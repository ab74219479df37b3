"""Do intervals cover, and do selections select, as often as they say."""
