"""The lean HTTP user: the calls of Locust's FastHttpUser at a third of its cost per request.

    from harness.generator.lean.user import LeanHttpUser

A locustfile changes its base class and nothing else. One persistent connection per user, request heads
written once and kept, answers parsed by one regular expression in the plain case and by the letter of
RFC 9112 in every other. What is malformed is an error, never a hang and never a body.

Refuses: proxies, HTTP/2, multipart bodies (`files=`), streaming (`stream=True`). Imports nothing here: Locust
patches sockets and threads of whoever imports it, and the parts below `user` and `session` do without.
"""
