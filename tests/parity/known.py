"""What device and server still tell differently, by case. It only shrinks: what agrees again must be taken off."""

KNOWN: dict[str, set[str]] = {}
