"""What a measurement says: one line each, ok or MISS."""


def at_most(what: str, measured: float, goal: float, unit: str = "") -> bool:
    """Print the line; whether the goal is met."""
    is_met = measured <= goal
    print(f"{'ok  ' if is_met else 'MISS'} {what:<58} {measured:8.2f} {unit} (goal {goal:g})", flush=True)
    return is_met
