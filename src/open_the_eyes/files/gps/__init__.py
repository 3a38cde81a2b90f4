"""Where a photo was taken, and how that is taken out of every block that may tell it."""
