"""Requests and answers: the routes, what is around them, and the document that describes them."""
