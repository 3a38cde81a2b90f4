"""The web page: the service's jobs, for people with a browser. See docs/web.md."""
