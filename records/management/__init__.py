"""Commands of this app: a door like views and tasks."""
