"""Checklists: templates, answers, and what the answers mean."""
