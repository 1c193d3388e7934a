"""`helpdesk rehearse DIR… [--only NAME] [--json]`: an institution tries its own cases before it publishes."""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path

import config
from helpdesk import embedded
from helpdesk.cataloguefile import read
from helpdesk.rehearsal.cases import load
from helpdesk.rehearsal.run import Verdict, check_deadlines, rehearse, shipped
from helpdesk.rehearsal.stage import open_stage


def main(argv: list[str]) -> int:
    """Exit status 1 when any case comes out otherwise."""
    parser = argparse.ArgumentParser(prog="helpdesk rehearse")
    parser.add_argument("folders", nargs="+", type=Path, metavar="DIR", help="folders with expected.yaml and mails")
    parser.add_argument("--only", metavar="NAME", help="cases whose file name contains this")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    parser.add_argument("--catalogue", action="append", type=Path, metavar="FILE", help="instead of the shipped ones")
    chosen = parser.parse_args(argv)
    cases = load(tuple(chosen.folders))
    wanted = tuple(case for case in cases if chosen.only is None or chosen.only in case.name)
    catalogues = tuple(read(path) for path in chosen.catalogue) if chosen.catalogue else shipped()
    settings = config.load()
    verdicts: list[Verdict] = []
    with ExitStack() as stack:
        if settings.database_url is None:
            url = stack.enter_context(embedded.scratch(settings.embedded))
        else:
            url = stack.enter_context(embedded.database(settings.database_url, settings.data_dir))
        stage = stack.enter_context(open_stage(url, catalogues))
        verdicts += said(rehearse(stage, cases, wanted), chosen.json)
    if chosen.only is None:
        for folder_ in chosen.folders:
            if (folder_ / "deadlines.yaml").is_file():
                verdicts += said(check_deadlines(folder_ / "deadlines.yaml", catalogues), chosen.json)
    if not chosen.json:
        summary(verdicts)
    return 1 if any(verdict.differences for verdict in verdicts) else 0


def said(verdicts: Iterable[Verdict], as_json: bool) -> list[Verdict]:
    """The verdicts, each printed as soon as it is known."""
    found: list[Verdict] = []
    for verdict in verdicts:
        found.append(verdict)
        if as_json:
            rows = [{"key": d.key, "expected": d.expected, "got": d.got} for d in verdict.differences]
            line = json.dumps(
                {"case": verdict.name, "ok": not rows, "differences": rows}, default=str, ensure_ascii=False
            )
            sys.stdout.write(f"{line}\n")
        elif not verdict.differences:
            sys.stdout.write(f"ok    {verdict.name}\n")
        else:
            for each in verdict.differences:
                sys.stdout.write(f"DIFF  {verdict.name}: {each.key}: expected {each.expected!r}, got {each.got!r}\n")
        sys.stdout.flush()
    return found


def summary(verdicts: list[Verdict]) -> None:
    """How many cases are right, and which keys differ how often."""
    keys = Counter(difference.key for verdict in verdicts for difference in verdict.differences)
    right = sum(not verdict.differences for verdict in verdicts)
    sys.stdout.write(f"\n{right} of {len(verdicts)} cases are right in every key\n")
    for key, times in keys.most_common():
        sys.stdout.write(f"  {key}: {times}\n")
