"""Interventions: what was asked, what was done, by whom, for how long, and whether it was accepted."""
