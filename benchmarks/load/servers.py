"""Servers of known behaviour on loopback: nginx with a small page, and one that answers after a fixed delay."""

import contextlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_HERE = Path(__file__).resolve().parent
_NGINX = """
worker_processes 1; daemon off; pid {folder}/pid; error_log {folder}/log;
events {{ worker_connections 8192; }}
http {{
  access_log off; keepalive_requests 1000000000;
  client_body_temp_path {folder}/b; proxy_temp_path {folder}/p; fastcgi_temp_path {folder}/f;
  uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  server {{
    listen 127.0.0.1:{port};
    location / {{ default_type text/html; return 200 "<h1>Page</h1>"; }}
    location = /status {{ stub_status; }}
  }}
}}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A server that answers."""

    url: str
    log: Path | None = None
    """Written at its end: microseconds from each request to its answer, one per line."""

    def answered(self) -> int:
        """Return how many requests nginx has had."""
        with urllib.request.urlopen(f"{self.url}/status") as status:
            return int(status.read().split()[9])


@contextlib.contextmanager
def nginx() -> Iterator[Server]:
    """Serve `<h1>Page</h1>` from one worker. Raises FileNotFoundError without nginx."""
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if program is None:
        raise FileNotFoundError("nginx is not installed")
    with tempfile.TemporaryDirectory(prefix="la-nginx-") as name:
        # Its workers may belong to another user.
        Path(name).chmod(0o755)
        port = _free_port()
        (Path(name) / "nginx.conf").write_text(_NGINX.format(folder=name, port=port))
        with _running([program, "-c", f"{name}/nginx.conf"], port):
            yield Server(url=f"http://127.0.0.1:{port}")


@contextlib.contextmanager
def delaying(delay_ms: float, folder: Path) -> Iterator[Server]:
    """Answer each request after a fixed delay. Raises FileNotFoundError without a C compiler."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        raise FileNotFoundError("no C compiler is installed")
    program, log, port = folder / "delay_server", folder / "delay.log", _free_port()
    subprocess.run([compiler, "-O2", "-o", program, _HERE / "delay_server.c"], check=True)
    with _running([str(program), str(port), str(round(delay_ms * 1000)), str(log)], port):
        yield Server(url=f"http://127.0.0.1:{port}", log=log)


@contextlib.contextmanager
def _running(command: list[str], port: int) -> Iterator[None]:
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        try:
            for _ in range(100):
                with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                    break
                time.sleep(0.05)
            yield
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(10)


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
