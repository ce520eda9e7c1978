"""The till's program (钱到啦): it takes digital cash with and without a network, and says which.

The rules know no web: a `Till` is handed its store, its device and its bank. `api` is its screen's
interface, `program` puts a till together from its folder.
"""
