"""The Locust master of a run on several processes or machines: plan on standard input, samples on standard output.

Started by the command as `python -m loadaudit.load.locust.master`; it ends when the command does.
"""

import json
import os
import signal
import sys
import threading
import time
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from loadaudit.load.locust.clocks import Clock
from loadaudit.load.locust.planfile import PlanFile, read_plan_file
from loadaudit.load.locust.words import ENDED, GO, LINES, PING, PONG, STOP, VERDICT
from loadaudit.load.locust.worker import share_of, share_sizes

PINGS = 10
"""Before the load, for each worker."""

_PING_INTERVAL_S = 2.0
_TICK_S = 0.05
LOST_AFTER_S = 5.0
"""Without any message. Before the load much longer: a busy machine may take its time to begin."""

_LOST_BEFORE_LOAD_AFTER_S = 30.0
_LIVENESS = 3
"""As Locust's HEARTBEAT_LIVENESS: seconds without a sign of life after which a worker is missing."""


@dataclass(slots=True, kw_only=True)
class _Node:
    """One worker as the master knows it."""

    id: str
    index: int
    name: str
    users: int
    clock: Clock = field(default_factory=Clock)
    pinged: int = 0
    next_ping_s: float = 0.0
    heard_s: float = 0.0
    ended: bool = False
    lost: str = ""

    @property
    def over(self) -> bool:
        """Whether nothing more comes from it."""
        return self.ended or bool(self.lost)


class _Master:
    """Joins Locust's runner with the command."""

    def __init__(self, plan: PlanFile, host: str, port: int) -> None:
        # Locust's loop is ours alone here, and the command is read in a real thread.
        os.environ["LOCUST_SKIP_MONKEY_PATCH"] = "1"
        import gevent
        from locust.env import Environment
        from locust.user import User

        from loadaudit.load.locust import channel
        from loadaudit.load.locust.dispatch import dispatcher

        self._gevent = gevent
        self._refusals = channel.install_master(plan.key)
        self._plan = plan
        self._sizes = share_sizes(plan)
        self.nodes: dict[str, _Node] = {}
        self._orders: deque[dict[str, Any]] = deque()
        self._carriers: dict[int, _Node] = {}
        self._begun_s = 0.0

        class VirtualUser(User):
            """Stands for one virtual user of the plan."""

        environment: Any = Environment(
            user_classes=[VirtualUser], dispatcher_class=dispatcher(VirtualUser.__name__, self._size_of)
        )
        environment.events.worker_connect.add_listener(self._connected)
        self._runner: Any = environment.create_master_runner(host, port)
        for word, answer in ((PONG, self._ponged), (LINES, self._lines), (ENDED, self._ended)):
            self._runner.register_message(word, answer)

    @property
    def port(self) -> int:
        """The port that workers connect to."""
        return int(self._runner.server.port)

    def order(self, document: dict[str, Any]) -> None:
        """Take an order of the command; called from its own thread."""
        self._orders.append(document)

    def run(self) -> None:
        """Serve until every worker is through or lost, or the command is gone."""
        _say(listening=self.port)
        while True:
            while self._orders:
                if not self._obey(self._orders.popleft()):
                    return
            for node in self.nodes.values():
                self._ping(node)
            self._look_for_lost()
            if self._begun_s and all(node.over for node in self.nodes.values()):
                break
            self._gevent.sleep(_TICK_S)
        self._bye()

    def _bye(self) -> None:
        for node in self.nodes.values():
            _say(node=_described(node))
        if self._refusals.count:
            text = f"{self._refusals.count} messages from somebody without the plan file were refused"
            _say(note=f"Locust master: {text}.")
        # The command kills the master when it has heard that.
        self._runner.quit()
        _say(finished="workers ended")

    def _obey(self, order: dict[str, Any]) -> bool:
        """Carry an order out and return whether to go on."""
        if "go" in order:
            self._begin(int(order["go"]))
        elif "stop" in order:
            self._tell_all(STOP, {"patient": bool(order["stop"]["patient"])})
            if not self._begun_s:
                self._runner.quit()
                return False
        elif "verdict" in order:
            node = self._carrier_of(int(order["verdict"]["vu"]))
            if node is not None and not node.over:
                self._runner.send_message(VERDICT, {"verdict": order["verdict"]}, node.id)
        elif "gone" in order:
            self._tell_all(STOP, {"patient": False})
            self._runner.quit()
            return False
        return True

    def _begin(self, epoch_ns: int) -> None:
        self._begun_s = time.monotonic()
        for node in self.nodes.values():
            node.heard_s = self._begun_s
            self._runner.send_message(GO, {"epoch_ns": epoch_ns + node.clock.monotonic_offset_ns}, node.id)
        total = sum(node.users for node in self.nodes.values())
        if total:
            self._gevent.spawn(self._runner.start, total, total)

    def _tell_all(self, word: str, data: dict[str, Any]) -> None:
        for node in self.nodes.values():
            if not node.over:
                self._runner.send_message(word, data, node.id)

    def _size_of(self, node_id: str) -> int:
        node = self.nodes.get(node_id)
        return node.users if node is not None else 0

    def _carrier_of(self, vu: int) -> _Node | None:
        if not self._carriers:
            self._carriers = {one: node for node in self.nodes.values() for one in self._users_of(node.index)}
        return self._carriers.get(vu)

    def _users_of(self, index: int) -> frozenset[int]:
        shares, own = share_of(self._plan, index)
        return frozenset((*(user.index for share in shares for user in share.users), *own))

    def _connected(self, client_id: str) -> None:
        if client_id in self.nodes:
            return
        index = self._runner.get_worker_index(client_id)
        if index >= self._plan.workers or self._begun_s:
            self._runner.send_message("quit", None, client_id)
            _say(note=f"Worker {client_id.rpartition('_')[0]} came too late or was one too many, and was sent away.")
            return
        host = client_id.rpartition("_")[0] or client_id
        name = f"{host}-{index + 1}"
        self.nodes[client_id] = _Node(
            id=client_id, index=index, name=name, users=self._sizes[index], heard_s=time.monotonic()
        )

    def _ping(self, node: _Node) -> None:
        now_s = time.monotonic()
        if node.over or now_s < node.next_ping_s or node.id not in self._runner.clients:
            return
        node.pinged += 1
        node.next_ping_s = now_s + (_TICK_S if node.pinged < PINGS else _PING_INTERVAL_S)
        self._runner.send_message(PING, {"sent_ns": time.monotonic_ns()}, node.id)

    def _ponged(self, environment: Any, msg: Any) -> None:
        node = self.nodes.get(msg.node_id)
        if node is None:
            return
        self._hear(node)
        known = node.clock.count
        node.clock.add(
            sent_ns=int(msg.data["sent_ns"]),
            received_ns=time.monotonic_ns(),
            wall_ns=time.time_ns(),
            their_monotonic_ns=int(msg.data["monotonic_ns"]),
            their_wall_ns=int(msg.data["wall_ns"]),
        )
        if known < PINGS <= node.clock.count:
            _say(worker=_described(node))

    def _hear(self, node: _Node) -> None:
        """Count any message as a heartbeat: behind many samples Locust's own wait in line."""
        node.heard_s = time.monotonic()
        client = self._runner.clients.get(node.id)
        if client is not None:
            client.heartbeat = max(client.heartbeat, _LIVENESS)

    def _lines(self, environment: Any, msg: Any) -> None:
        node = self.nodes.get(msg.node_id)
        if node is None or node.over:
            # Given up, and alive after all: its load would go on unrecorded.
            self._runner.send_message("quit", None, msg.node_id)
            return
        self._hear(node)
        _say(worker_line=str(msg.data["line"]), name=node.name)

    def _ended(self, environment: Any, msg: Any) -> None:
        node = self.nodes.get(msg.node_id)
        if node is not None and not node.over:
            node.ended = True
            _say(ended=node.name, reason=str(msg.data["reason"]), dropped=msg.data["dropped"])

    def _look_for_lost(self) -> None:
        missing = {one.id for one in self._runner.clients.missing}
        silence_s = LOST_AFTER_S if self._begun_s else _LOST_BEFORE_LOAD_AFTER_S
        now_s = time.monotonic()
        for node in self.nodes.values():
            silent = node.id in missing and now_s - node.heard_s > silence_s
            gone = silent or node.id not in self._runner.clients
            if gone and not node.over:
                node.lost = "no sign of life"
                if self._begun_s:
                    after_s = node.heard_s - self._begun_s
                    node.lost = (
                        f"nothing came from it after {after_s:.1f} s: its {node.users} virtual users, "
                        f"up to {node.users} requests under way, and what it had not sent home yet"
                    )
                _say(lost=node.name, detail=node.lost)


def _described(node: _Node) -> dict[str, Any]:
    clock = node.clock
    return {
        "name": node.name,
        "users": node.users,
        "clock_offset_ns": clock.wall_offset_ns,
        "round_trip_ns": clock.round_trip_ns,
        "lost": node.lost,
    }


def _say(**document: Any) -> None:
    sys.stdout.write(json.dumps(document, separators=(",", ":")) + "\n")
    sys.stdout.flush()


def _read_orders(master: _Master) -> None:
    for line in sys.stdin:
        master.order(json.loads(line))
    # The command is gone, however it ended.
    master.order({"gone": True})


def main() -> None:
    """Read where to listen and what the plan is, and serve."""
    # Ctrl-C reaches the whole foreground group; the command alone decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    first = json.loads(sys.stdin.readline())
    plan = read_plan_file(Path(first["plan"]))
    try:
        master = _Master(plan, first["host"], int(first["port"]))
    except Exception as error:  # whatever Locust makes of a port that is taken
        _say(failed=str(error))
        os._exit(1)
    threading.Thread(target=_read_orders, args=(master,), daemon=True).start()
    try:
        master.run()
    except BrokenPipeError:
        # Nobody is left to tell.
        os._exit(1)
    os._exit(0)


if __name__ == "__main__":
    main()
