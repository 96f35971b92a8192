"""The entry file: given to `locust -f` beside the user's own files, it installs the harness inside Locust.

It defines no User and no shape. Its name is unique because Locust registers a file in `sys.modules` under its
base name (util/load_locustfile.py:62).
"""

from harness.generator.installation import install

install()
