"""Mails: what they say, how they look, and how they leave, or stay where administrators read them."""
