"""Does a golden gate catch a loss of one per cent, and leave an unchanged design alone."""
