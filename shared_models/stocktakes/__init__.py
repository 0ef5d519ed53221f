"""Stocktakes: the places of a site counted blind, by several people at once, and put right when somebody approves it."""
