"""Handovers of shifts."""
