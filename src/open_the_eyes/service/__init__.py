"""The HTTP service: jobs that survive a crash, and the routes to them."""
