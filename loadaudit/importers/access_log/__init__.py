"""Access logs of nginx and gunicorn: common, combined and JSON, read line by line in bounded memory."""
