"""What the figures of maintenance are, and the arithmetic that makes them."""
