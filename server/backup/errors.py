class BackupError(RuntimeError):
    """Why no backup was made, or none restored; the message is for whoever asked."""
