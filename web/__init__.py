"""What people and their programs see: the JSON API, the event stream and the health pages."""
