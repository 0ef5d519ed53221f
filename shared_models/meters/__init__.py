"""Meters, their readings, and what follows from them."""
