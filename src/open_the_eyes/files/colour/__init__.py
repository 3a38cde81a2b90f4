"""What the numbers of a picture mean: bits, colour spaces, profiles."""
