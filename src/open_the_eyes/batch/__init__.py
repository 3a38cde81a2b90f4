"""Many photos: planned, handed to worker processes, written down one by one, and summed up."""
