"""What people are told, why, by which channel and when."""
