"""Buying: what is short, what is ordered of it from whom, and what has come."""
