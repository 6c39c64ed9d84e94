"""The carrier's REST interface: the paths, parameters and answers of its 2010-04-01 API."""
