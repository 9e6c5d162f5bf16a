"""What happens to a fleet: each function does one thing to a stage while its workers record.

Each makes sure that it did happen; what must come of it is the same for all, and judged elsewhere.
"""

from __future__ import annotations

import random
import signal
import time

import redis
from redis.crc import key_slot

from tests.chaos.crew import LEDGERS, SLOTS
from tests.chaos.stages import Stage
from tests.proxy import Fault, Proxy
from tests.redis_groups import wait
from tests.redis_servers import ServerProcess

#: Seconds that a wire is bad.
BAD = 2.0

#: How much is recorded between two steps.
STEP = 400


def _server(stage: Stage) -> ServerProcess:
    assert stage.server
    return stage.server


def _proxy(stage: Stage) -> Proxy:
    assert stage.proxy
    return stage.proxy


def kill_workers(stage: Stage) -> None:
    """Kill workers at random moments."""
    generator = random.Random(7)
    for _ in range(8):
        stage.crew.more(generator.randrange(STEP // 4, STEP // 2))
        stage.crew.strike(generator.randrange(SLOTS), signal.SIGKILL)


def terminate_workers(stage: Stage) -> None:
    """Ask workers to end while they flush, which they do all the time."""
    for number in range(6):
        stage.crew.more(STEP // 4)
        stage.crew.strike(number % SLOTS, signal.SIGTERM)


def nothing(stage: Stage) -> None:
    """Let time pass; the workers fork by themselves."""
    stage.crew.more(4 * STEP)
    assert all(done for _, done in stage.crew.board.tally().values()), "children record too"


def restart(stage: Stage) -> None:
    """Kill the server and start it again, twice."""
    server = _server(stage)
    for _ in range(2):
        server.kill()
        stage.crew.more(STEP)
        server.start()
        stage.crew.more(STEP)


def bad_wire(fault: Fault, stage: Stage) -> None:
    """Let a wire do the same to every request for a while."""
    proxy = _proxy(stage)
    requests = proxy.requests
    proxy.plan = lambda: fault
    time.sleep(BAD)
    assert proxy.requests > requests
    proxy.plan = lambda: Fault.NONE


def lossy_wire(stage: Stage) -> None:
    """Lose every fourth request or answer."""
    generator = random.Random(5)
    proxy = _proxy(stage)
    lossy = [Fault.DROP_REQUEST, Fault.DROP_REPLY, *[Fault.NONE] * 6]
    proxy.plan = lambda: generator.choice(lossy)
    stage.crew.more(4 * STEP)
    proxy.plan = lambda: Fault.NONE


def slow_wire(stage: Stage) -> None:
    """Let everything take 200 ms longer."""
    proxy = _proxy(stage)
    proxy.delay = 0.2
    time.sleep(BAD)
    proxy.delay = 0.0


def refuse(stage: Stage) -> None:
    """End all connections and take no new ones."""
    proxy = _proxy(stage)
    proxy.refuse = True
    proxy.cut()
    time.sleep(BAD)
    proxy.refuse = False


def fill_memory(stage: Stage) -> None:
    """Let the server refuse everything that needs memory."""
    with _server(stage).client() as client:
        client.config_set("maxmemory", "1")
        stage.crew.more(2 * STEP)
        assert _refuses(client)
        client.config_set("maxmemory", "0")


def become_replica(stage: Stage) -> None:
    """Make the server a replica of nobody, which cannot be written to."""
    with _server(stage).client() as client:
        client.replicaof("127.0.0.1", "1")
        stage.crew.more(2 * STEP)
        assert _refuses(client)
        client.replicaof("NO", "ONE")


def _refuses(client: redis.Redis) -> bool:
    try:
        client.set("probe", "1")
    except redis.ResponseError:
        return True
    return False


def freeze(stage: Stage) -> None:
    """Stop the server for a while; what was sent meanwhile it does afterwards."""
    _server(stage).freeze()
    time.sleep(BAD)
    _server(stage).thaw()


def flush_scripts(stage: Stage) -> None:
    """Let the server forget the scripts, again and again."""
    with _server(stage).client() as client:
        for _ in range(20):
            stage.crew.more(STEP // 10)
            client.script_flush()


def delete(stage: Stage) -> None:
    """Delete the counts of two experiments."""
    with _server(stage).client() as client:
        assert client.delete(*(f"{{banditware:{ledger}}}" for ledger in LEDGERS[:2])) == 2


def flush_all(stage: Stage) -> None:
    """Delete everything."""
    with _server(stage).client() as client:
        assert client.dbsize()
        client.flushall()


def replace_workers(stage: Stage) -> None:
    """End every worker in peace, so that nobody alive holds what it recorded."""
    for slot in range(SLOTS):
        stage.crew.strike(slot, signal.SIGTERM)


def wipe_after_replacing(stage: Stage) -> None:
    """Delete everything when the workers that recorded it are gone."""
    replace_workers(stage)
    stage.crew.more(STEP)
    flush_all(stage)


def wipe_after_long(stage: Stage) -> None:
    """Delete everything when no spool of the first workers is left: their clocks run fast."""
    first = {path.name for path in stage.folder.glob("*.spool/*.spool")}
    assert first
    replace_workers(stage)
    offset = 0

    def gone() -> bool:
        nonlocal offset
        # The server's own clock, by which it waits before it lets backups be made, does not.
        with _server(stage).client() as client:
            for key in list(client.scan_iter("*:calm")):
                client.delete(key)
        offset += 61
        stage.crew.board.tell(offset=offset)
        stage.crew.more(STEP)
        return not first & {path.name for path in stage.folder.glob("*.spool/*.spool")}

    wait("spools are deleted", gone)
    flush_all(stage)


def evict(stage: Stage) -> None:
    """Let the server drop any key it likes for want of memory."""
    with _server(stage).client() as client:
        client.config_set("maxmemory-policy", "allkeys-random")
        client.config_set("maxmemory", "1")
        client.ping()
        wait("keys are dropped", lambda: int(client.info("stats")["evicted_keys"]) > len(LEDGERS))
        client.config_set("maxmemory", "0")
        client.config_set("maxmemory-policy", "noeviction")


def fill_spool_disk(stage: Stage) -> None:
    """Let no file grow for a while."""
    stage.crew.board.tell(tight=1)
    stage.crew.more(STEP)
    sizes = {path: path.stat().st_size for path in stage.folder.glob("*.spool/*.spool")}
    assert sizes
    stage.crew.more(STEP)
    assert all(path.stat().st_size <= size for path, size in sizes.items())
    stage.crew.board.tell()


def fill_database_disk(stage: Stage) -> None:
    """Let the database have no page more than it has."""
    database = stage.folder / "counts.db"
    wait("the database is there", database.exists)
    stage.crew.more(STEP)
    stage.crew.board.tell(pages=1)
    stage.crew.more(STEP)
    size = database.stat().st_size
    stage.crew.more(STEP)
    assert database.stat().st_size == size
    stage.crew.board.tell()


def step_clock(stage: Stage) -> None:
    """Set the clocks an hour ahead, an hour back, and right again."""
    for offset in (3600, -3600, 0):
        stage.crew.board.tell(offset=offset)
        stage.crew.more(STEP)


def fail_over(stage: Stage) -> None:
    """Cut the replica off, let the master go on, kill it, and let the replica take over."""
    assert stage.sentinels
    master, replica = stage.sentinels.master, stage.sentinels.replica
    replica.freeze()
    with master.client() as client:
        client.client_kill_filter(_type="replica")
        stage.crew.more(2 * STEP)
        ahead = int(client.info("replication")["master_repl_offset"])
    master.kill()
    replica.thaw()
    with replica.client() as client:
        wait("the replica takes over", lambda: client.info("replication")["role"] == "master")
        taken = int(client.info("replication")["second_repl_offset"])
    assert taken < ahead, "the replica did lag"


def migrate(stage: Stage) -> None:
    """Move every ledger to one node while workers write, then kill it; its replica takes over."""
    assert stage.cluster
    nodes = stage.cluster.masters
    target, others = nodes[0], nodes[1:]
    for ledger in LEDGERS:
        slot = key_slot(f"{{banditware:{ledger}}}".encode())
        for source in others:
            stage.cluster.move(slot, source, target)
        stage.crew.more(STEP // 4)
    with target.client() as client:
        assert len(client.keys("{banditware:?@1}")) == len(LEDGERS)
    target.kill()
    replica = stage.cluster.replicas[0]
    with replica.client() as client:
        wait("the replica takes over", lambda: client.info("replication")["role"] == "master")
    stage.cluster.settle()
