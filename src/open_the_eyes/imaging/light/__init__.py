"""Light and colour: of a photo as a whole, and of new pixels beside those around them."""
