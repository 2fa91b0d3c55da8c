"""A peer of the routing benchmark: pgRouting in a PostgreSQL of its own, in a temporary folder, reached by a socket only."""
import os
import pwd
import shutil
import struct
import subprocess
import tempfile
import time
from array import array
from pathlib import Path

BIN = Path("/usr/lib/postgresql/15/bin")
SCRIPT = Path("/usr/share/postgresql/15/extension/pgrouting.control")


class Server:
    """PostgreSQL does not run as root: then as the user that its package made."""

    def __init__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="cim-pg-"))
        self.user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        if self.user:
            shutil.chown(self.folder, "postgres", pwd.getpwnam("postgres").pw_gid)

    def command(self, *words, **more):
        return subprocess.run([*self.user, *map(str, words)], check=True, capture_output=True, text=True, cwd=self.folder, **more)

    def __enter__(self):
        self.command(BIN / "initdb", "-D", self.folder / "db", "-A", "trust", "--no-sync", "-U", "postgres")
        self.command(BIN / "pg_ctl", "-D", self.folder / "db", "-w", "-l", self.folder / "log", "-o", f"-k {self.folder} -c listen_addresses='' -c fsync=off -c jit=off -c shared_buffers=256MB", "start")
        return self

    def sql(self, text):
        return self.command("psql", "-h", self.folder, "-U", "postgres", "-qAtX", "-v", "ON_ERROR_STOP=1", "postgres", input=text).stdout

    def __exit__(self, *_):
        subprocess.run([*self.user, str(BIN / "pg_ctl"), "-D", str(self.folder / "db"), "-m", "immediate", "stop"], capture_output=True, cwd=self.folder)
        shutil.rmtree(self.folder, ignore_errors=True)


def load(server, graph):
    data = graph.read_bytes()
    n, m = struct.unpack_from("<II", data, 4)
    words = array("I", data[12 : 12 + 4 * (n + 1 + 2 * m)])
    lines = [f"{a}\t{v}\t{words[n + 1 + a]}\t{words[n + 1 + m + a]}\t-1" for v in range(n) for a in range(words[v], words[v + 1])]
    server.sql("CREATE EXTENSION pgrouting CASCADE; CREATE TABLE arc(id int PRIMARY KEY, source int, target int, cost float8, reverse_cost float8);\n"
               "COPY arc FROM STDIN;\n" + "\n".join(lines) + "\n\\.\nANALYZE arc;")


ARCS = "'SELECT id, source, target, cost, reverse_cost FROM arc'"


def timed(server, query):
    """Milliseconds of a query, without starting psql."""
    return float(server.sql(f"\\timing on\n{query};").splitlines()[-1].split()[1])


def measure(graph, pairs, count=10):
    """Milliseconds of a path and of all nodes within 600 s, and how many times differ; {} where it is not installed."""
    if not SCRIPT.exists() or not (BIN / "initdb").exists():
        return {}
    asked = [tuple(map(int, line.split())) for line in pairs.read_text().splitlines()[:count]]
    with Server() as server:
        load(server, graph)
        spent, bad = [], 0
        for start, end, expected in asked:
            query = f"SELECT coalesce(max(agg_cost), -1) FROM pgr_dijkstra({ARCS}, {start}, {end})"
            bad += float(server.sql(query + ";")) != expected
            spent.append(timed(server, query))
        within = timed(server, f"SELECT count(*) FROM pgr_drivingDistance({ARCS}, {asked[0][0]}, 600000)")
    spent.sort()
    return {"path_ms": spent[len(spent) // 2], "within_ms": within, "mismatches": f"{bad} wrong of {len(asked)}", "wrong": bad}
