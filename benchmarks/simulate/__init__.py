"""Speed of the simulation: the engine beside the reference, a floor and the bare clock."""
