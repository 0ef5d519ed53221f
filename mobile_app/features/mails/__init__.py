"""What leaves this server by mail, for administrators."""
