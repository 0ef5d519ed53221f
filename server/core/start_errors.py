class StartError(RuntimeError):
    """Why nothing can start; the message says what to change."""
