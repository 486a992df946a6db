"""requests in threads, as scripts do it: a session and a thread per user, latencies in a list."""

import argparse
import threading
import time

import requests


def main() -> None:
    """Get the page again and again until the time is up."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("--users", type=int, required=True)
    parser.add_argument("--duration", type=float, required=True)
    options = parser.parse_args()
    end_s = time.monotonic() + options.duration
    latencies_s: list[float] = []

    def work() -> None:
        session = requests.Session()
        session.cookies.update({"sessionid": "s" * 32, "csrftoken": "c" * 32})
        while time.monotonic() < end_s:
            begun_s = time.monotonic()
            session.get(options.url)
            latencies_s.append(time.monotonic() - begun_s)

    threads = [threading.Thread(target=work) for _ in range(options.users)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    main()
