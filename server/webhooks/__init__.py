"""What happens, told to other systems of the plant: signed, through the outbox, listed, and sent again where somebody asks."""
