"""Demonstration data: a group of bottling plants with three years of history and a living present."""

from server.demo.load import DatabaseNotEmptyError, Summary, load_demo
from server.demo.people import PASSWORD

__all__ = ["PASSWORD", "DatabaseNotEmptyError", "Summary", "load_demo"]
