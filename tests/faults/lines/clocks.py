"""The wall clock of a whole gateway jumps while it works: an hour back, two days ahead, to 1970.

A shared library before the daemon shifts CLOCK_REALTIME by the seconds in a file, and leaves the
monotonic clock alone, as an administrator or a bad time server does.
"""

import subprocess
from pathlib import Path

import numpy as np

from edge.clock import SystemClock
from edge.drills.gateway import ScratchGateway, scratch_gateway
from tests.faults.lines.beside import beside
from tests.faults.lines.line import Bench, Found, Line

SHIFT = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>
static long shift(void) {
  char text[32] = {0};
  int file = open(getenv("CLOCK_SHIFT"), O_RDONLY);
  if (file < 0) return 0;
  long count = read(file, text, 31);
  close(file);
  return count > 0 ? atol(text) : 0;
}
int clock_gettime(clockid_t which, struct timespec *at) {
  static int (*real)(clockid_t, struct timespec *);
  if (!real) real = dlsym(RTLD_NEXT, "clock_gettime");
  int result = real(which, at);
  if (which == CLOCK_REALTIME || which == CLOCK_REALTIME_COARSE) at->tv_sec += shift();
  return result;
}
time_t time(time_t *at) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  if (at) *at = now.tv_sec;
  return now.tv_sec;
}
int gettimeofday(struct timeval *at, void *zone) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  at->tv_sec = now.tv_sec;
  at->tv_usec = now.tv_nsec / 1000;
  return 0;
}
"""
HOUR_S = 3_600
JUMP_EVERY_S = (0.05, 0.4)
DRAIN_S_MAX = 60.0


def shifting_library(folder: Path) -> Path:
    """The library, compiled."""
    source, library = folder / "shift.c", folder / "shift.so"
    source.write_text(SHIFT, encoding="utf-8")
    subprocess.run(
        ["gcc", "-O1", "-shared", "-fPIC", "-o", str(library), str(source), "-ldl"], check=True
    )
    return library


def jump_clocks(bench: Bench) -> Found:
    """Jump so often under work; afterwards everything must be at the central system, in order."""
    generator = np.random.default_rng(bench.seed)
    library = shifting_library(bench.folder)
    shift = bench.folder / "shift"
    shift.write_text("0", encoding="utf-8")
    clock = SystemClock()
    to_1970_s = -(clock.now_us() // 1_000_000) + HOUR_S
    jumps_s = (-HOUR_S, 48 * HOUR_S, to_1970_s, 0)
    before = ("env", f"LD_PRELOAD={library}", f"CLOCK_SHIFT={shift}")
    with scratch_gateway(bench.folder / "gateway", clock, 1, before) as gateway:
        slowest_ms = 0.0
        for number in range(bench.tries):
            _write(shift, jumps_s[int(generator.integers(len(jumps_s)))])
            gateway.go_on_for(float(generator.uniform(*JUMP_EVERY_S)))
            if number % 50 == 49:
                slowest_ms = max(slowest_ms, _progress_ms(gateway))
        slowest_ms = max(slowest_ms, _progress_ms(gateway))
        acknowledged = gateway.counts().acknowledged
        books = gateway.books()
    amiss = {
        "lost": max(0, acknowledged - books.upto) + books.lost,
        "doubled": books.doubled,
        "reordered": books.reordered,
    }
    return Found(
        bench.tries, amiss, {"acknowledged": acknowledged}, {"slowest_ms": (slowest_ms, 10_000)}
    )


def _progress_ms(gateway: ScratchGateway) -> float:
    """How long until a fact of now is acknowledged."""
    known = gateway.counts().last_seq
    return gateway.wait_until(
        lambda: gateway.counts().acknowledged > known, DRAIN_S_MAX, "for work to go on"
    )


def _write(shift: Path, seconds: int) -> None:
    fresh = shift.with_suffix(".new")
    fresh.write_text(str(seconds), encoding="utf-8")
    fresh.replace(shift)


LINES = (
    Line(
        "clock",
        "wall clock jumps an hour back, two days ahead, to 1970 and back under a whole gateway",
        "order and acknowledgements unharmed, work goes on",
        1_000,
        beside(4, jump_clocks),
    ),
)
