"""A face by its mesh: pose, eyes, lids, crops, and what tells one face from another."""
