"""Raw files as rows: where the file lies, its text, its container (CSV ...), the shape of its rows.

`read.read_source` puts these together; each is a module of its own, and each container and shape too.
"""
