"""Play every order of a market through a design."""
