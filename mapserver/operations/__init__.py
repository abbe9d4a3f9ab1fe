"""What an operator does beside serving."""
