"""Untrusted bytes become arrays here, in a process of its own that may be killed.

`analyzer.read.open_media` starts `analyzer.read.decode.child`; nothing else imports this package, and only this package
imports av and PIL.
What it leaves is a folder, the spool: raw arrays, kept frames and one JSON file. See `analyzer.read.decode.spool`.
"""
