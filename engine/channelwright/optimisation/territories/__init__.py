"""Who is appointed and whom each house serves."""
