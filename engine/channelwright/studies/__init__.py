"""Conduct scenarios, designs and replications; the optimise-simulate loop."""
