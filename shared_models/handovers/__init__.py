"""What one crew hands over to the next."""
