"""Light and its colour: what is the lamp's, what is the face's, and how bright whites are in it."""
