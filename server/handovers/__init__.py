"""Handovers of shifts: written at the end of each, acknowledged by whoever comes in."""
