"""Bytes: the ASGI application, its sockets, and uvicorn around them."""
