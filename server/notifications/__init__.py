"""From what happens to who is told: causes, written where they happen; notices, made of them by the courier's clock; settings."""
