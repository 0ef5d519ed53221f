"""Machines, their classes, documents and the last twelve months of their life."""
