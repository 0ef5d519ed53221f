"""Planned maintenance: plans, their dates, and why these are what they are."""
