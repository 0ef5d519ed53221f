"""Signing in, invitations, passwords."""
