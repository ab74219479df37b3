"""Build the Yangtze delta beverage pack from the rows kept under ``source/``."""
