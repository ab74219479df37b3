"""Read, overlay and validate scenario packs."""
