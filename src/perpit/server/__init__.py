"""Bytes: HTTP connections, the application, its sockets, and uvicorn around them."""
