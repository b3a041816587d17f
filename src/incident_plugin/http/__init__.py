"""The ASGI application: one operation table, from which routes and their permissions come."""
