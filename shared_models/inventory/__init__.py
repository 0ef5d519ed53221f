"""Spare parts: what there is of them, where it lies, and every movement that has made it so."""
