"""Choose parts of a design; every choice comes with its certificate."""
