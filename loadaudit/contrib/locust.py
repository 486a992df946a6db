"""What a locustfile imports so that a Locust started by hand is audited: `import loadaudit.contrib.locust`.

Settings come from the environment: LOADAUDIT_TOKEN_KEY (as in the target's settings), LOADAUDIT_WRITES,
LOADAUDIT_ALLOW_OUTGOING and LOADAUDIT_RUNS_DIR. The samples file becomes a run with `manage.py loadaudit import FILE`.
"""

from loadaudit.load.locust.standalone import install

install()
