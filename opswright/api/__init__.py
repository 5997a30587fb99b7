"""The HTTP API: questions in, grounded answers out; the same core as the command line's, in one process.

`app.create_app` puts it together, `server.serve` listens. Errors are RFC 9457 problems, and `problems.STATUSES` is the one
table from the error tree to HTTP. Work is done by the dispatcher's threads; a handler only waits.
"""
