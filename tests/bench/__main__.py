"""Measure the server against the floor: `python -m tests.bench`, or `--quick` for 250 machines in less than a minute.

Only ratios on one machine mean anything: both are asked in turn, several times, and the spread is told.
"""

import argparse
import statistics
import sys
from contextlib import ExitStack

from tests.bench import prebuilt, servers
from tests.bench.cases import PARTS, Bench, Case, all_cases


def main() -> int:
    options = _options()
    scale, rounds, seconds = ("demo", 3, 1) if options.quick else (options.scale, 4, 2)
    with ExitStack() as stack:
        url = stack.enter_context(servers.database(scale))
        ours = stack.enter_context(servers.running("server.main:node", url, "--factory"))
        floor = stack.enter_context(servers.running("tests.bench.floor:app", url))
        bench = Bench(ours, floor, url, seconds)
        bench.sign_in()
        prebuilt.clear(url)
        verdicts = [_measured(case, rounds) for case in all_cases(bench, options.part) if not options.only or options.only in case.name]
    return 0 if all(verdicts) else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="250 machines instead of 10,000")
    parser.add_argument("--scale", default="bench", help="stores: 1,000 machines, with all parts and movements of bench")
    parser.add_argument("--part", default="", choices=PARTS, help="what prepares itself for nothing else")
    parser.add_argument("--only", default="", help="the cases whose name contains this")
    return parser.parse_args()


def _measured(case: Case, rounds: int) -> bool:
    case.than(), case.ours()  # caches fill, plans settle
    pairs = [(case.ours(), case.than()) for _ in range(rounds)]
    ratios = sorted(ours / floor for ours, floor in pairs)
    ratio = statistics.median(ratios)
    ours, floor = (statistics.median(column) for column in zip(*pairs, strict=True))
    mark = "ok  " if ratio >= case.goal else "MISS"
    print(
        f"{mark} {case.name:<42} {ratio:5.2f} of {case.yardstick} ({ratios[0]:.2f}–{ratios[-1]:.2f}, goal {case.goal:.2f})"
        f"   {ours:8.0f} against {floor:8.0f} {case.unit}",
        flush=True,
    )
    return ratio >= case.goal


if __name__ == "__main__":
    sys.exit(main())
