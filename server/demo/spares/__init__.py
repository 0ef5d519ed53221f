"""The spare parts of the demonstration: a catalogue, three stores, and a ledger that follows from what the sheets say was replaced."""
