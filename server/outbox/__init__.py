"""Whatever leaves the server on its own is a row, written in the transaction that causes it and carried by a courier."""
