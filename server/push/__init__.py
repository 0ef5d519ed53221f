"""Web push: the keys, who is reached by it, and the carrier that takes messages to the push services."""
