"""The vocabulary of Établi: schemas, commands, enums, permissions and pure rules.

Imports pydantic and the standard library only, because the same modules run on the server and, in Pyodide, on the phone.
"""
