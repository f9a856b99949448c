"""What a callback handler keeps of the attempts that it is told of, and how it shows them."""
