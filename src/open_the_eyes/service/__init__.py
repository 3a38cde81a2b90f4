"""The HTTP service: jobs that survive a crash, and the doors to them."""
