"""The skin around an opened eye, which stays the face's own."""
